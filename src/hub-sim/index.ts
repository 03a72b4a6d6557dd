import { parseArgs } from 'node:util'
import { startHub } from './server.ts'

/**
 * A hub to practise and test against, as a process of its own:
 * `node src/hub-sim/index.ts --port N --data DIR [--host 127.0.0.1]`. DIR/offices.json must be there.
 * Prints one line with its address when it is ready; SIGTERM and SIGINT end it cleanly.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
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
  if (
    values.data === undefined ||
    !Number.isInteger(port) ||
    !(forms === 'both' || forms === 'sdk' || forms === 'padded')
  ) {
    process.stderr.write(
      'usage: hub-sim --port N --data DIR [--host 127.0.0.1] [--hash-forms both|sdk|padded]\n',
    )
    process.exitCode = 2
    return
  }
  const hub = await startHub({
    dataDirectory: values.data,
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
