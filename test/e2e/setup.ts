import { display } from '../../scripts/display.mjs'
import { runtime } from '../../scripts/runtime.mjs'

/** Gives every end-to-end test an Electron and a screen, through the environment. */
export async function setup(): Promise<() => void> {
  const screen = await display()
  const { env } = await runtime()
  Object.assign(process.env, env, screen.env)
  return () => {
    screen.stop()
  }
}
