/** A screen for windows on a machine that has none. */
import { spawn } from 'node:child_process'

/** Large enough for the smallest office laptop (1366 × 768) with room around it. */
const SCREEN = '1600x1000x24'

/**
 * Starts Xvfb on a free display number where Linux has neither an X nor a Wayland display.
 *
 * @returns {Promise<{ env: Record<string, string>, stop: () => void }>} what to add to the environment of a
 *   windowed program, and how to end the screen; both do nothing where there is a display already
 * @throws {Error} if Xvfb is missing or does not start
 */
export async function display() {
  const { platform, env } = process
  if (platform !== 'linux' || env['DISPLAY'] || env['WAYLAND_DISPLAY'])
    return { env: {}, stop: () => undefined }
  const words = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp']
  const screen = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const number = await new Promise((resolve, reject) => {
    screen.once('error', (cause) =>
      reject(new Error('there is no screen and no Xvfb; on Debian, npm run setup installs it', { cause })),
    )
    screen.once('exit', (status) => reject(new Error(`Xvfb ended at once (${status})`)))
    let text = ''
    screen.stdio[3].on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text.trim())
    })
  })
  screen.unref()
  screen.stdio[3].destroy()
  const stop = () => screen.kill()
  process.once('exit', stop)
  return { env: { DISPLAY: `:${number}` }, stop }
}
