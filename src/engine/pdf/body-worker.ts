/**
 * The thread in which PDFs are read for the search: whatever a file does to it, the engine goes on. It has no store and
 * no key; bytes are asked for piece by piece.
 */
import { parentPort } from 'node:worker_threads'
import type { FromReader, ReadingLimits, ReadPdf, ToReader } from './body-protocol.ts'
import type { PdfSource } from './source.ts'
import { plainText } from './text.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a thread of the engine')
const asks = new Map<number, (bytes: Uint8Array | undefined) => void>()
let lastAsk = 0

const say = (message: FromReader) => {
  port.postMessage(message)
}

port.on('message', (message: ToReader) => {
  if (message.type === 'bytes') {
    asks.get(message.ask)?.(message.bytes)
    asks.delete(message.ask)
    return
  }
  read(sourceOf(message.size), message.limits).then(
    (result) => {
      say({ type: 'done', result })
    },
    (cause: unknown) => {
      // Of the message only the name of the kind: pdf.js may quote the file.
      say({ type: 'failed', why: cause instanceof Error ? cause.name : 'unknown' })
    },
  )
})

function sourceOf(size: number): PdfSource {
  return {
    size,
    read: (offset, length) =>
      new Promise((resolve, reject) => {
        lastAsk += 1
        asks.set(lastAsk, (bytes) => {
          if (bytes === undefined) reject(new Error('the bytes cannot be read'))
          else resolve(bytes)
        })
        say({ type: 'ask', ask: lastAsk, offset, length })
      }),
  }
}

async function read(source: PdfSource, limits: ReadingLimits): Promise<ReadPdf> {
  const parts: string[] = []
  let [pages, read, blankPages, units] = [0, 0, 0, 0]
  for await (const page of plainText(source, limits.pages)) {
    const text = page.text.normalize('NFC').trim()
    pages = page.pages
    read += 1
    if (!/[\p{L}\p{N}]/u.test(text)) blankPages += 1
    else parts.push(text.slice(0, limits.units - units))
    units += text.length
    if (units >= limits.units) break
  }
  return { text: parts.join('\n'), pages, blankPages, cut: read < pages || units > limits.units }
}
