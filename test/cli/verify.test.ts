import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { documentVerdict } from '../../src/shared/verdict.ts'
import { makePki, type MadeCertificate, type Pki } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { allBytes, appended, handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { inGovernmentHabit } from '../verify/habit.ts'
import { buildProgram, type Program } from './program.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-verify-'))
const pki = makePki(join(dir, 'pki'))
const stranger = makePki(join(dir, 'stranger'), 'người lạ')
const original = handMade(PLAIN_OBJECTS)
let program: Program
let signed: Buffer

async function sign(pdf: Buffer, signer: MadeCertificate, { issuing }: Pki = pki): Promise<Buffer> {
  const source = await signPdf({
    source: memorySource(pdf),
    certificate: signer.der,
    chain: [issuing.der],
    signedAt: new Date(),
    sign: ({ message }) => Promise.resolve(tokenSign(signer, 'rsa-pkcs1', 'sha256', message)),
  })
  return allBytes(source)
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, bytes)
  return path
}

function verify(path: string, ...more: string[]) {
  return program.run(['verify', path, '--trust', pki.trustDir, ...more])
}

beforeAll(async () => {
  program = await buildProgram()
  signed = await sign(await sign(original, pki.person), pki.agency)
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe('vanthu verify', () => {
  test('calls a PDF good that the person and then the agency signed, and names both', async () => {
    const { code, output } = await verify(written('good.pdf', signed))
    expect(code).toBe(0)
    expect(output).toContain('Kết luận: HỢP LỆ')
    expect(output).toContain('Nguyễn Văn Mẫu, Phó Chủ tịch, UBND xã Suối Ngọc')
    expect(output).toMatch(/Chữ ký 2: hợp lệ\n {2}Người ký: UBND xã Suối Ngọc/)
  })

  test('gives scripts the verdict with codes, and the file’s hash and size', async () => {
    const path = written('good.pdf', signed)
    const { code, output } = await verify(path, '--json')
    expect(code).toBe(0)
    const report: unknown = JSON.parse(output)
    expect(report).toMatchObject({
      file: path,
      sha256: createHash('sha256').update(signed).digest('hex'),
      sizeBytes: signed.length,
      verdict: 'valid',
    })
    expect(documentVerdict.parse(report).signatures.map(({ signer }) => signer?.kind)).toEqual([
      'person',
      'agency',
    ])
  })

  test('says that the content was altered when one byte inside the signed range is flipped', async () => {
    const flipped = Buffer.from(signed)
    const at = flipped.indexOf('So 12/QD-UBND')
    flipped[at + 3] = (flipped[at + 3] ?? 0) ^ 1
    const path = written('flipped.pdf', flipped)
    const { code, output } = await verify(path)
    expect(code).toBe(1)
    expect(output).toContain('Kết luận: KHÔNG HỢP LỆ')
    expect(output).toContain('Lý do: Nội dung văn bản đã bị thay đổi so với lúc ký')
    expect(JSON.parse((await verify(path, '--json')).output)).toMatchObject({
      verdict: 'invalid',
      reasons: expect.arrayContaining(['content-altered']) as string[],
    })
  })

  test('says that the document was changed after signing when an update replaces what a page shows', async () => {
    const forged = appended(signed, { 4: { dict: '', data: 'BT /F1 24 Tf 72 700 Td (So 99/QD-UBND) Tj ET' } })
    expect(forged.subarray(0, signed.length).equals(signed)).toBe(true)
    const { code, output } = await verify(written('forged.pdf', forged))
    expect(code).toBe(1)
    expect(output).toContain('Kết luận: KHÔNG HỢP LỆ')
    expect(output).toContain('Lý do: Văn bản đã bị thay đổi sau khi ký')
  })

  test('says that the certificate has expired', async () => {
    const day = 86_400_000
    const expired = pki.issue({
      file: 'expired',
      subject: '/C=VN/O=UBND xã Suối Ngọc/CN=Phạm Thị Cũ',
      notBefore: new Date(Date.now() - 400 * day),
      notAfter: new Date(Date.now() - 30 * day),
    })
    const { code, output } = await verify(written('expired.pdf', await sign(original, expired)))
    expect(code).toBe(1)
    expect(output).not.toContain('Kết luận: HỢP LỆ')
    expect(output).toContain('Lý do: Chứng thư số đã hết hạn')
  })

  test('says that the root is not known, and calls the same file good once it is', async () => {
    const path = written('stranger.pdf', await sign(original, stranger.person, stranger))
    const { code, output } = await verify(path)
    expect(code).toBe(1)
    expect(output).toContain('Kết luận: CHƯA ĐỦ CĂN CỨ')
    expect(output).toContain('Lý do: Chưa xác định được tổ chức gốc đã cấp chứng thư số')
    expect((await program.run(['verify', path])).code).toBe(1)
    expect((await program.run(['verify', path, '--trust', stranger.trustDir])).code).toBe(0)
  })

  test('compares the agency that signed with the sender it is told', async () => {
    const path = written('good.pdf', signed)
    const same = await verify(path, '--from', 'Ủy ban nhân dân xã Suối Ngọc')
    expect(same.code).toBe(0)
    const other = await verify(path, '--from', 'UBND xã Thượng Giang')
    expect(other.code).toBe(1)
    expect(other.output).toContain('Kết luận: CHƯA ĐỦ CĂN CỨ')
    expect(other.output).toContain('Lý do: Cơ quan ký số không phải cơ quan gửi ghi trong gói tin')
  })

  test('tells of number, date and seal how they were signed, and what they cover', async () => {
    const plain = handMade(PLAIN_OBJECTS, '/Info 6 0 R')
    const path = written('habit.pdf', inGovernmentHabit(plain, pki, {}))
    const { code, output } = await verify(path, '--trust', pki.trustDir)
    expect(code).toBe(1)
    expect(output).toContain('Thiếu chứng thư số của tổ chức cấp trung gian')
    const both = join(dir, 'both')
    mkdirSync(both)
    writeFileSync(join(both, 'all.pem'), pki.root.certificatePem + pki.issuing.certificatePem)
    const known = await verify(path, '--trust', both)
    expect(known.code).toBe(0)
    expect(known.output).toContain('Thuật toán: RSA 2048 bit, SHA-256')
    expect(known.output).toContain('Thêm vào sau khi ký. Được phép: chữ ký tiếp theo')
    expect(known.output).toMatch(/Cấp bởi: Chứng thực gốc thử nghiệm .*, được tin cậy/)
  })

  test('takes roots in DER as well as in PEM, and passes over other files of the folder', async () => {
    const roots = join(dir, 'roots')
    mkdirSync(roots)
    writeFileSync(join(roots, 'root.cer'), pki.root.der)
    writeFileSync(join(roots, 'readme.txt'), 'không phải chứng thư số')
    expect((await program.run(['verify', written('good.pdf', signed), '--trust', roots])).code).toBe(0)
  })

  test('says of an unsigned PDF that there is not enough to go by', async () => {
    const { code, output } = await verify(written('unsigned.pdf', original))
    expect(code).toBe(1)
    expect(output.toLowerCase()).toContain('chưa đủ căn cứ')
    expect(output).toContain('Văn bản chưa được ký số')
  })

  test('tells what cannot be read from what is bad', async () => {
    const text = await verify(written('letter.pdf', Buffer.from('đây không phải là PDF')))
    expect(text.code).toBe(2)
    expect(text.output).toContain('Không đọc được tệp văn bản')
    expect((await verify(join(dir, 'missing.pdf'))).code).toBe(2)
    expect((await verify(dir)).code).toBe(2)
    // A signed PDF damaged until it cannot be read is bad: somebody may be hiding something.
    const torn = await verify(written('torn.pdf', signed.subarray(0, signed.length - 200)))
    expect(torn.code).toBe(1)
    expect(torn.output).toContain('Kết luận: KHÔNG HỢP LỆ')
  })

  test('keeps a name in a certificate from steering the terminal', async () => {
    const joker = pki.issue({ file: 'joker', subject: '/C=VN/CN=Mẫu\u001b[2J\u202egnôhK' })
    const { code, output } = await verify(written('joker.pdf', await sign(original, joker)))
    expect(code).toBe(0)
    expect(output).toContain('Người ký: Mẫu')
    expect(output).not.toContain('\u001b')
    expect(output).not.toContain('\u202e')
  })

  test('needs a folder with certificates where --trust is given', async () => {
    const empty = join(dir, 'empty')
    mkdirSync(empty)
    const path = written('good.pdf', signed)
    expect((await program.run(['verify', path, '--trust', empty])).code).toBe(2)
    expect((await program.run(['verify', path, '--trust', join(dir, 'nowhere')])).code).toBe(2)
    writeFileSync(join(empty, 'broken.pem'), 'không phải chứng thư số')
    expect((await program.run(['verify', path, '--trust', empty])).code).toBe(2)
  })
})
