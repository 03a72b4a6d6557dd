import { parseArgs } from 'node:util'
import { PRACTICE_PATH } from '../shared/practice.ts'
import { preparePractice } from './practice.ts'
import { startHub } from './server.ts'

/**
 * A hub to practise and test against, as a process of its own:
 * `node src/hub-sim/index.ts --port N --data DIR [--host 127.0.0.1]`. DIR/offices.json must be there.
 *
 * With `--practice DIR` instead of `--data` it is the hub of the app's practice mode: it makes in DIR whatever a
 * practice needs, and answers only below PRACTICE_PATH. Prints one line with its address when it is ready;
 * SIGTERM and SIGINT end it cleanly.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    practice: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    'max-skew-seconds': { type: 'string', default: '300' },
    'max-packet-bytes': { type: 'string', default: String(256 * 1024 * 1024) },
    'hash-forms': { type: 'string', default: 'both' },
    'as-sent': { type: 'boolean', default: false },
    'no-hashes': { type: 'boolean', default: false },
    resumable: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const forms = values['hash-forms']
  const port = Number(values.port)
  const dataDirectory = values.practice === undefined ? values.data : preparePractice(values.practice)
  if (
    dataDirectory === undefined ||
    !Number.isInteger(port) ||
    !(forms === 'both' || forms === 'sdk' || forms === 'padded')
  ) {
    process.stderr.write(
      'usage: hub-sim --port N (--data DIR | --practice DIR) [--host 127.0.0.1] [--hash-forms both|sdk|padded]\n',
    )
    process.exitCode = 2
    return
  }
  const hub = await startHub({
    dataDirectory,
    ...(values.practice === undefined ? {} : { onlyBelow: PRACTICE_PATH }),
    host: values.host,
    port,
    maxSkewMs: Number(values['max-skew-seconds']) * 1000,
    maxPacketBytes: Number(values['max-packet-bytes']),
    hashForms: forms,
    reserialise: !values['as-sent'],
    listsHashes: !values['no-hashes'],
    resumable: values.resumable,
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void hub.stop().then(() => process.exit(0))
    })
  }
  process.stdout.write(`hub listening on ${hub.url}\n`)
}

main().catch((cause: unknown) => {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exitCode = 1
})
