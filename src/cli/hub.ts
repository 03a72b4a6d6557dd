import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { needed, readWords, UsageError } from './arguments.ts'

/** What ends the hub when it is sent to us. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `vanthu hub`: the hub to practise against, as the process of its own that it always is. */
export function hub(words: readonly string[], programDir: string): Promise<number> {
  const { values } = readWords(
    words,
    { port: { type: 'string' }, data: { type: 'string' }, resumable: { type: 'boolean' } } as const,
    [],
  )
  const port = needed(values.port, '--port')
  const data = resolve(needed(values.data, '--data'))
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError('Giá trị của --port phải từ 0 đến 65535.')
  }
  if (!existsSync(join(data, 'offices.json'))) {
    throw new UsageError(`Thư mục “${data}” không có tệp offices.json kê các cơ quan.`)
  }
  const program = join(programDir, '..', 'hub-sim', 'index.js')
  const more = values.resumable === true ? ['--resumable'] : []
  const child = spawn(process.execPath, [program, '--port', port, '--data', data, ...more], {
    stdio: 'inherit',
  })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      done(code ?? 1)
    })
  })
}
