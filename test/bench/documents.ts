import { createCipheriv } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

/** A scanned page in grey, one byte for a point. Its bytes are noise: nothing gets smaller by packing. */
const WIDTH = 1000
const PAGE_BYTES = 1_000_000

/**
 * Writes a document of scanned pages, of nearly `sizeBytes`. The same size gives the same bytes every time.
 */
export function writeScan(path: string, sizeBytes: number): void {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
  const file = openSync(path, 'w')
  const offsets: number[] = []
  let length = 0
  const append = (bytes: Buffer): void => {
    writeSync(file, bytes)
    length += bytes.length
  }
  const object = (number: number, dict: string, data?: Buffer): void => {
    offsets[number] = length
    append(Buffer.from(`${String(number)} 0 obj\n${dict}\n`))
    if (data !== undefined)
      append(Buffer.concat([Buffer.from('stream\n'), data, Buffer.from('\nendstream\n')]))
    append(Buffer.from('endobj\n'))
  }

  const pageCount = Math.max(1, Math.round(sizeBytes / PAGE_BYTES))
  const height = Math.floor((sizeBytes / pageCount - 800) / WIDTH)
  append(Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1'))
  object(1, '<< /Type /Catalog /Pages 2 0 R >>')
  const pages = Array.from({ length: pageCount }, (_, index) => 3 + index * 3)
  object(
    2,
    `<< /Type /Pages /Count ${String(pageCount)} /Kids [${pages.map((page) => `${String(page)} 0 R`).join(' ')}] >>`,
  )
  for (const page of pages) {
    object(
      page,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${String(page + 1)} 0 R ` +
        `/Resources << /XObject << /Scan ${String(page + 2)} 0 R >> >> >>`,
    )
    const drawing = Buffer.from('q 595 0 0 842 0 0 cm /Scan Do Q')
    object(page + 1, `<< /Length ${String(drawing.length)} >>`, drawing)
    const points = noise.update(Buffer.alloc(WIDTH * height))
    object(
      page + 2,
      `<< /Type /XObject /Subtype /Image /Width ${String(WIDTH)} /Height ${String(height)} ` +
        `/ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${String(points.length)} >>`,
      points,
    )
  }
  const startxref = length
  const rows = offsets.slice(1).map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
  append(
    Buffer.from(
      `xref\n0 ${String(offsets.length)}\n0000000000 65535 f \n${rows.join('')}` +
        `trailer\n<< /Size ${String(offsets.length)} /Root 1 0 R >>\nstartxref\n${String(startxref)}\n%%EOF\n`,
    ),
  )
  closeSync(file)
}
