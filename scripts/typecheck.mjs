/** Type-checks every process folder by its own rules, as many at once as there are cores, and reports all. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const waiting = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references.map(
  ({ path }) => path,
)

async function worker() {
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const { failed, output } = await new Promise((resolve) => {
      execFile(process.execPath, [tsc, '-p', folder], { cwd: root, maxBuffer: 2 ** 26 }, (failure, text) =>
        resolve({ failed: failure !== null, output: text }),
      )
    })
    if (!failed) continue
    process.stdout.write(output)
    process.exitCode = 1
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker))
