/** Keeps one file and stops at the fail point it was told, to be killed there. */
import { fileStore } from '../../../src/engine/store/files.ts'

const [dir = '', stopAt = ''] = process.argv.slice(2)
const files = fileStore({
  dir,
  fileKey: new Uint8Array(32).fill(1),
  nameKey: new Uint8Array(32).fill(2),
  failPoint: (name) => (name === stopAt ? stop() : undefined),
})

function stop(): Promise<void> {
  process.stdout.write('here\n')
  setInterval(() => undefined, 1_000)
  return new Promise(() => undefined)
}

async function* content(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000).fill(5)
  if (stopAt === 'halfway') await stop()
  yield new Uint8Array(100_000).fill(6)
}

await files.put(content())
