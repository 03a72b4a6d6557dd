import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import { inPieces, memorySink, packetWith, readDocument } from './packets.ts'
import { madeZip } from './zips.ts'

const PDF = Buffer.from(`%PDF-1.7\n%âãÏÓ\n${'nội dung '.repeat(200)}\n%%EOF\n`)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The one file of a packet with one file. */
async function only(...made: Parameters<typeof packetWith>) {
  const { attachments } = await readDocument(packetWith(...made))
  expect(attachments).toHaveLength(1)
  const [attachment] = attachments
  if (attachment === undefined) throw new Error('no attachment')
  return attachment
}

describe('the zip that a sender put around a file', () => {
  test.each([
    ['deflated', madeZip([{ name: '0d1f.pdf', content: PDF }])],
    ['stored', madeZip([{ name: '0d1f.pdf', content: PDF, method: 0 }])],
    ['as Java writes it', madeZip([{ name: '0d1f.pdf', content: PDF, descriptor: true }])],
    ['with a comment', madeZip([{ name: '0d1f.pdf', content: PDF }], { comment: 'gói' })],
    [
      'in a folder',
      madeZip([
        { name: 'van-ban/', content: Buffer.alloc(0), method: 0 },
        { name: 'van-ban/a.pdf', content: PDF },
      ]),
    ],
  ])('%s is taken off', async (_, zip) => {
    const attachment = await only([{ name: '07-UBND-VP.pdf', contentType: 'application/pdf', content: zip }])
    expect(attachment).toMatchObject({
      name: '07-UBND-VP.pdf',
      unwrapped: true,
      sizeBytes: PDF.length,
      sha256: sha256(PDF),
      warnings: [],
    })
    expect(attachment.stored.equals(PDF)).toBe(true)
  })

  test('made by Info-ZIP or Python is taken off', async () => {
    const zip = execFileSync(
      'python3',
      [
        '-c',
        'import io,sys,zipfile; b=io.BytesIO(); z=zipfile.ZipFile(b,"w",zipfile.ZIP_DEFLATED); z.writestr("a.pdf", sys.stdin.buffer.read()); z.close(); sys.stdout.buffer.write(b.getvalue())',
      ],
      { input: PDF },
    )
    expect(await only([{ name: 'a.pdf', content: zip }])).toMatchObject({
      unwrapped: true,
      sha256: sha256(PDF),
    })
  })

  test.each([
    [
      'a Word file',
      'a.docx',
      madeZip([
        { name: '[Content_Types].xml', content: PDF },
        { name: 'word/document.xml', content: PDF },
      ]),
    ],
    [
      'a Word file under a PDF name',
      'a.doc',
      madeZip([
        { name: 'word/document.xml', content: PDF },
        { name: '[Content_Types].xml', content: PDF },
      ]),
    ],
    [
      'a Writer file',
      'a.odt',
      madeZip([
        { name: 'mimetype', content: Buffer.from('application/vnd.oasis.opendocument.text'), method: 0 },
      ]),
    ],
    ['a zip that is meant as one', 'Phụ lục.ZIP', madeZip([{ name: 'a.pdf', content: PDF }])],
    [
      'a zip of two files',
      'a.doc',
      madeZip([
        { name: 'a.pdf', content: PDF },
        { name: 'b.pdf', content: PDF },
      ]),
    ],
  ])('is not what %s is', async (_, name, content) => {
    const attachment = await only([{ name, content }])
    expect(attachment).toMatchObject({ name, unwrapped: false, sha256: sha256(content), warnings: [] })
    expect(attachment.stored.equals(content)).toBe(true)
  })

  test('a wrapped Word file is unwrapped once, not taken apart', async () => {
    const word = madeZip([{ name: '[Content_Types].xml', content: PDF }])
    const attachment = await only([{ name: 'a.docx', content: madeZip([{ name: 'x.docx', content: word }]) }])
    expect(attachment).toMatchObject({ unwrapped: true, sha256: sha256(word) })
  })

  test('a name behind the content still decides', async () => {
    const zip = madeZip([{ name: 'a.pdf', content: PDF }]).toString('base64')
    const packet = packetWith([{}]).replace(
      /<edXML:ContentTransferEncoded><\/edXML:ContentTransferEncoded>/,
      `<edXML:ContentTransferEncoded>${zip}</edXML:ContentTransferEncoded><edXML:AttachmentName>a.zip</edXML:AttachmentName>`,
    )
    const { attachments } = await readDocument(packet)
    expect(attachments).toMatchObject([{ name: 'a.zip', unwrapped: false }])
  })
})

describe('damage that a sender did not notice', () => {
  test.each([
    ['a PDF that is none', Buffer.from('<html>hết phiên</html>'), ['attachment-damaged']],
    [
      'a PDF that went through a text decoder',
      Buffer.from(
        Buffer.from(PDF.toString('latin1'), 'latin1')
          .toString('utf8')
          .replace('âãÏÓ', '\u{fffd}\u{fffd}\u{fffd}\u{fffd}'),
      ),
      ['attachment-damaged'],
    ],
    ['an empty file', Buffer.alloc(0), ['attachment-empty']],
    ['a sound PDF', PDF, []],
    ['a PDF with some bytes before its header', Buffer.concat([Buffer.from('\r\n\r\n'), PDF]), []],
  ])('%s', async (_, content, warnings) => {
    expect(await only([{ name: 'a.pdf', contentType: 'application/pdf', content }])).toMatchObject({
      warnings,
    })
  })

  test('replacement characters are seen across the seam of two blocks', async () => {
    for (let shift = 0; shift < 12; shift += 1) {
      const content = Buffer.concat([
        Buffer.from('%PDF-'),
        Buffer.alloc(65_536 - 14 + shift, 0x20),
        Buffer.from('\u{fffd}\u{fffd}\u{fffd}'),
        Buffer.alloc(20, 0x20),
      ])
      expect(await only([{ name: 'a.pdf', content }])).toMatchObject({ warnings: ['attachment-damaged'] })
    }
  })

  test('a Word file may hold what a PDF may not', async () => {
    const content = Buffer.from('\u{fffd}\u{fffd}\u{fffd}\u{fffd}')
    expect(await only([{ name: 'a.txt', contentType: 'application/pdf', content }])).toMatchObject({
      warnings: [],
    })
  })
})

describe('which reference a file belongs to', () => {
  test.each([
    ['the same id', 'cid:a', 'cid:a'],
    ['an id without cid:', 'a', 'cid:a'],
    ['an id in other letters', 'CID:A', 'cid:a'],
  ])('%s', async (_, one, other) => {
    const { attachments, warnings } = await readDocument(
      packetWith(
        [
          { contentId: one, content: PDF },
          { contentId: 'cid:b', content: PDF },
        ],
        [
          { contentId: 'b', name: 'b.pdf' },
          { contentId: other, name: 'a.pdf', description: 'Phụ lục', contentType: 'application/pdf' },
        ],
      ),
    )
    expect(attachments.map(({ name }) => name)).toEqual(['a.pdf', 'b.pdf'])
    expect(attachments[0]).toMatchObject({ description: 'Phụ lục', contentType: 'application/pdf' })
    expect(warnings).toEqual([])
  })

  test('the link of a reference serves as its id', async () => {
    const packet = packetWith([{ contentId: 'a', content: PDF }], []).replace(
      '<edXML:edXMLManifest version="1.0">',
      '<edXML:edXMLManifest version="1.0"><edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:a"><edXML:AttachmentName>a.pdf</edXML:AttachmentName></edXML:Reference>',
    )
    expect((await readDocument(packet)).attachments).toMatchObject([{ name: 'a.pdf', warnings: [] }])
  })

  test('without ids the name decides, without names the position', async () => {
    const { attachments, warnings } = await readDocument(
      packetWith(
        [{ content: PDF }, { name: 'b.pdf', content: PDF }],
        [
          { name: 'b.pdf', description: 'thứ hai' },
          { name: 'a.pdf', description: 'thứ nhất' },
        ],
      ),
    )
    expect(attachments).toMatchObject([
      { name: 'a.pdf', description: 'thứ nhất' },
      { name: 'b.pdf', description: 'thứ hai' },
    ])
    expect(warnings).toEqual([])
  })

  test('swapped ids are noticed', async () => {
    const { warnings } = await readDocument(
      packetWith(
        [
          { contentId: '1', name: 'a.pdf', content: PDF },
          { contentId: '2', name: 'b.pdf', content: PDF },
        ],
        [
          { contentId: '2', name: 'a.pdf' },
          { contentId: '1', name: 'b.pdf' },
        ],
      ),
    )
    expect(warnings).toEqual([
      { code: 'attachment-mismatched', about: 'a.pdf' },
      { code: 'attachment-mismatched', about: 'b.pdf' },
    ])
  })

  test('two files under one id are told apart by name', async () => {
    const files = [
      { contentId: '1', name: 'a.pdf', content: PDF },
      { contentId: '1', name: 'b.pdf', content: PDF },
    ]
    const { warnings, attachments } = await readDocument(packetWith(files, [...files].reverse()))
    expect(attachments.map(({ name }) => name)).toEqual(['a.pdf', 'b.pdf'])
    expect(warnings).toEqual([])
  })

  test('a file that is listed and not there, and one that is there and not listed', async () => {
    const missing = await readDocument(
      packetWith(
        [{ contentId: '1', name: 'a.pdf', content: PDF }],
        [
          { contentId: '1', name: 'a.pdf' },
          { contentId: '2', name: 'b.pdf' },
        ],
      ),
    )
    expect(missing.warnings).toEqual([{ code: 'attachment-missing', about: 'b.pdf' }])
    const unlisted = await readDocument(
      packetWith(
        [
          { name: 'a.pdf', content: PDF },
          { name: 'b.pdf', content: PDF },
        ],
        [{ name: 'b.pdf' }],
      ),
    )
    expect(unlisted.warnings).toEqual([{ code: 'attachment-unlisted', about: 'a.pdf' }])
  })

  test('a packet without any list is common and not worth a word', async () => {
    expect((await readDocument(packetWith([{ name: 'a.pdf', content: PDF }], []))).warnings).toEqual([])
  })
})

describe('file names from outside', () => {
  test.each([
    ['Công văn số 07.pdf', 'Công văn số 07.pdf'],
    ['Công văn số 07.pdf'.normalize('NFD'), 'Công văn số 07.pdf'],
    ['../../Windows/System32/a.pdf', 'a.pdf'],
    ['C:\\Users\\a.pdf', 'a.pdf'],
    ['\\\\may-chu\\chung\\a.pdf', 'a.pdf'],
    ['a.pdf:luong-an.exe', 'a.pdf_luong-an.exe'],
    ['07/UBND-VP.pdf', 'UBND-VP.pdf'],
    ['a\u{202e}fdp.exe', 'afdp.exe'],
    ['CON', '_CON'],
    ['con.pdf', '_con.pdf'],
    ['LPT1.pdf', '_LPT1.pdf'],
    ['COM².txt', '_COM².txt'],
    ['conduct.pdf', 'conduct.pdf'],
    ['a?b*c|d&lt;e&gt;.pdf', 'a_b_c_d_e_.pdf'],
    ['a.pdf. . .', 'a.pdf'],
    ['...', 'tep-1'],
    ['', 'tep-1'],
    [`${'ế'.repeat(300)}.pdf`, `${'ế'.repeat(65)}.pdf`],
  ])('%j becomes %j', async (written, name) => {
    const attachment = await only([{ name: written, contentType: 'application/octet-stream', content: PDF }])
    expect(attachment.name).toBe(name)
    expect(Buffer.byteLength(attachment.name)).toBeLessThanOrEqual(200)
    const same = written.normalize('NFC') === name
    expect(attachment.warnings.includes('attachment-renamed')).toBe(!same)
  })

  test('two files of one name both stay', async () => {
    const { attachments } = await readDocument(
      packetWith([
        { name: 'a.pdf', content: PDF },
        { name: 'A.pdf', content: PDF },
        { name: 'a.pdf', content: PDF },
      ]),
    )
    expect(attachments.map(({ name }) => name)).toEqual(['a.pdf', 'A (2).pdf', 'a (3).pdf'])
  })
})

describe('the place where files are put', () => {
  test('is told to drop the file in hand when the packet breaks', async () => {
    const packet = Buffer.from(
      packetWith([
        { name: 'a.pdf', content: PDF },
        { name: 'b.pdf', content: Buffer.alloc(200_000, 0x20) },
      ]),
    )
    const broken = packet.subarray(0, packet.length - 100_000)
    const { sink, counts } = memorySink()
    await expect(readPacket(inPieces(broken, 4096), { attachmentSink: sink })).rejects.toMatchObject({
      code: 'packet/unreadable',
    })
    expect(counts).toEqual({ begun: 2, finished: 1, discarded: 1 })
  })

  test('a failure of its own comes through as it is', async () => {
    const full = new Error('no space left')
    const sink = { begin: () => Promise.reject(full) }
    const reading = readPacket(inPieces(Buffer.from(packetWith([{ content: PDF }])), 4096), {
      attachmentSink: sink,
    })
    await expect(reading).rejects.toBe(full)
  })
})
