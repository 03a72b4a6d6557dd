import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { officeAuthorities } from '../../src/engine/authorities.ts'
import { pdfOfFile, reportOfFile } from '../../src/engine/opened.ts'
import { outside } from '../../src/engine/outside.ts'
import { gatherEvidenceOf, writeEvidence } from '../../src/engine/proof/export.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { isOpenable } from '../../src/shared/opened.ts'
import { fileAmong } from '../../src/main/opened-files.ts'
import { documentPacket, EXAMPLE_DOCUMENT, EXAMPLE_STATUS, fileSource } from '../envelope/packets.ts'
import { queuedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { folder, MORNING } from '../store/office.ts'

const PDF = readFileSync(join(import.meta.dirname, '../fixtures/cong-van.pdf'))

/** What looking at a file needs: an office that trusts nobody yet. */
function ports() {
  const store = sendingOffice()
  const trust = trustStore({ imported: [] })
  const authorities = officeAuthorities({
    store,
    trust: () => trust,
    now: () => MORNING,
    log: () => undefined,
    held: () => [],
  })
  onTestFinished(() => authorities.close())
  return { store, authorities }
}

function fileWith(name: string, bytes: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, bytes)
  return path
}

const wordsOf = (report: { parts: { lines: string[] }[] }) =>
  report.parts.flatMap(({ lines }) => lines).join('\n')

test('a packet is shown with what it says, its verdict and its PDF, and leaves nothing in the office', async () => {
  const here = ports()
  const path = fileWith(
    'goi.edxml',
    await documentPacket({ code: { number: '31', notation: 'UBND-VP' } }, fileSource('07.pdf', PDF)),
  )
  const before = JSON.stringify([here.store.incoming.counts(), here.store.history.head()])
  const report = await reportOfFile(path, here)
  expect(report).toMatchObject({ kind: 'document', name: 'goi.edxml', pdf: { name: '07.pdf' } })
  expect(report.verdict?.verdict).toBe('undetermined')
  expect(wordsOf(report)).toContain('Số, ký hiệu: 31/UBND-VP')
  const { sha256 } = report.pdf!
  expect(Buffer.from(await pdfOfFile(path, sha256)).equals(PDF)).toBe(true)
  expect(await here.store.files.has(sha256)).toBe(false)
  expect(JSON.stringify([here.store.incoming.counts(), here.store.history.head()])).toBe(before)
})

test('a status packet is shown, too; a file that is none of ours is refused with a reason', async () => {
  const here = ports()
  expect(await reportOfFile(fileWith('s.edxml', EXAMPLE_STATUS), here)).toMatchObject({ kind: 'status' })
  expect(await reportOfFile(fileWith('d.EDXML', EXAMPLE_DOCUMENT), here)).toMatchObject({ kind: 'document' })
  for (const [name, bytes, code] of [
    ['x.edxml', '<html/>', 'packet/unreadable'],
    ['x.edxml', '<!DOCTYPE a [<!ENTITY b "c">]><edXML>&b;</edXML>', /^packet\//],
    ['x.vtcc', 'PK nothing', 'evidence/unreadable'],
  ] as const) {
    await expect(reportOfFile(fileWith(name, bytes), here)).rejects.toMatchObject({
      code: typeof code === 'string' ? code : (expect.stringMatching(code) as unknown),
    })
  }
})

test('a packet that bears a mark of state secrecy is not shown', async () => {
  const path = fileWith('mat.edxml', await documentPacket({ subject: 'TỐI MẬT' }))
  await expect(reportOfFile(path, ports())).rejects.toMatchObject({ code: 'document/secret' })
})

test('what only has the name of a file is not waited for', async () => {
  const here = ports()
  const dir = join(folder(), 'folder.edxml')
  mkdirSync(dir)
  await expect(reportOfFile(dir, here)).rejects.toMatchObject({ code: 'pdf/unreadable' })
  await expect(reportOfFile(join(dir, 'none.vtcc'), here)).rejects.toMatchObject({ code: 'pdf/unreadable' })
})

test('an evidence file of this or another office shows its check, and a changed one what does not fit', async () => {
  const here = ports()
  const { id } = await queuedDocument(here.store)
  const evidence = await gatherEvidenceOf(here.store, 'outgoing', id, MORNING)
  expect(isOpenable(evidence.name)).toBe(true)
  const path = join(folder(), evidence.name)
  await writeEvidence(evidence, path)
  const report = await reportOfFile(path, here)
  expect(report).toMatchObject({ kind: 'evidence', name: evidence.name, isSound: true })
  expect(report.parts.map(({ part }) => part)).toEqual(['about', 'course'])
  expect(wordsOf(report)).toContain(evidence.fingerprint)

  const bytes = readFileSync(path)
  const at = bytes.indexOf('"exportedAt":')
  bytes[at + 14] = bytes[at + 14] === 0x31 ? 0x32 : 0x31
  await expect(reportOfFile(fileWith('doi.vtcc', bytes), here)).rejects.toMatchObject({
    code: expect.stringMatching(/^evidence\/(?:changed|unreadable)$/) as unknown,
  })
})

test('of a start’s words the file to open is the last that names one, from where it was typed', () => {
  expect(fileAmong(['vanthu.exe', '--hidden'], '/home')).toBeUndefined()
  expect(fileAmong(['vanthu.exe', '/a/b.edxml', '--x=y.edxml'], '/home')).toBe('/a/b.edxml')
  expect(fileAmong(['vanthu.exe', 'tệp của tôi.VTCC'], '/home')).toBe('/home/tệp của tôi.VTCC')
  expect(fileAmong(['/opt/program.edxml', 'other.pdf'], '/home')).toBeUndefined()
})

test('what was asked for outside is taken once, and the last one counts', () => {
  let told = 0
  const asked = outside(() => {
    told += 1
  })
  asked.want({ what: 'compose' })
  asked.openFile('/a/b.edxml')
  expect(told).toBe(2)
  expect(asked.takeWanted()).toEqual({ wanted: { what: 'file' } })
  expect(asked.takeWanted()).toEqual({})
  expect(asked.openedFile()).toBe('/a/b.edxml')
})
