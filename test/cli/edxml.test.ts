import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { EXAMPLE_DOCUMENT, EXAMPLE_STATUS, packetWith } from '../envelope/packets.ts'
import { buildProgram, type Program } from './program.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-edxml-'))
let program: Program

function check(name: string, packet: string) {
  const path = join(dir, name)
  writeFileSync(path, packet)
  return program.run(['edxml', 'check', path])
}

beforeAll(async () => {
  program = await buildProgram()
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe('vanthu edxml check', () => {
  test('says what a document packet holds', async () => {
    const packet = packetWith([{ name: 'cong-van.pdf', content: Buffer.from('%PDF-1.7\nnội dung') }])
    const { code, output } = await check('document.edxml', packet)
    expect(code).toBe(0)
    expect(output).toContain('Kết luận: ĐỌC ĐƯỢC')
    expect(output).toContain('Loại: văn bản')
    expect(output).toMatch(/Từ: .+ \([\w.]+\)/)
    expect(output).toMatch(/Tệp: cong-van\.pdf \(\d+ byte, SHA-256 [0-9a-f]{64}\)/)
  })

  test('says what a status packet reports', async () => {
    const { code, output } = await check('status.edxml', EXAMPLE_STATUS)
    expect(code).toBe(0)
    expect(output).toContain('Loại: trạng thái xử lý')
    expect(output).toMatch(/Trạng thái: 0\d/)
  })

  test('says of an incomplete packet what is missing', async () => {
    const packet = EXAMPLE_DOCUMENT.replace(/<edXML:DocumentId>[^<]*<\/edXML:DocumentId>/, '')
    expect(packet).not.toBe(EXAMPLE_DOCUMENT)
    const { code, output } = await check('incomplete.edxml', packet)
    expect(code).toBe(1)
    expect(output).toContain('KHÔNG NHẬN ĐƯỢC')
    expect(output).toContain('packet/incomplete')
    expect(output).toContain('DocumentId')
  })

  test('refuses an entity bomb and does not open the files it names', async () => {
    const packet = EXAMPLE_DOCUMENT.replace(
      /(<\?xml[^>]*\?>)/,
      '$1<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    )
    const { code, output } = await check('hostile.edxml', packet)
    expect(code).toBe(1)
    expect(output).toContain('packet/forbidden-xml')
  })

  test('refuses what is no packet, and tells it from a file that is not there', async () => {
    expect((await check('letter.edxml', 'không phải gói tin')).code).toBe(1)
    expect((await program.run(['edxml', 'check', join(dir, 'missing.edxml')])).code).toBe(2)
    expect((await program.run(['edxml', 'check', dir])).code).toBe(2)
    expect((await program.run(['edxml', 'check'])).code).toBe(2)
    expect((await program.run(['edxml', 'mend', join(dir, 'letter.edxml')])).code).toBe(2)
  })

  test('keeps a subject from steering the terminal', async () => {
    const packet = EXAMPLE_DOCUMENT.replace(/(<edXML:Subject>)[^<]*/, '$1V/v \u009b2J\u202e họp')
    const { code, output } = await check('joker.edxml', packet)
    expect(code).toBe(0)
    expect(output).toContain('Trích yếu: V/v')
    expect(output).not.toMatch(/[\u009b\u202e]/)
  })
})

describe('the signature of a packet', () => {
  const pki = makePki(join(dir, 'pki'))
  const hsm = makeSoftHsm(join(dir, 'tokens'))
  hsm.addToken({ ...pki.agency, label: 'Văn thư', pin: '135791', chainPem: [pki.issuing.certificatePem] })
  const pin = ['--module', hsm.modulePath, '--label', 'Văn thư', '--pin-env', 'CLERK_PIN']
  const env = { ...hsm.env, CLERK_PIN: '135791' }

  test('is made by a token, accepted by xmlsec1, and named; a changed packet is read all the same', async () => {
    const plain = join(dir, 'plain.edxml')
    const signed = join(dir, 'signed.edxml')
    writeFileSync(plain, EXAMPLE_DOCUMENT)
    expect(await program.run(['sign', plain, signed, '--packet', ...pin], env)).toMatchObject({ code: 0 })
    const words = [
      '--verify',
      '--trusted-pem',
      pki.root.certificatePath,
      '--enabled-key-data',
      'x509',
      signed,
    ]
    expect(spawnSync('xmlsec1', words).status).toBe(0)

    const good = await program.run(['edxml', 'check', signed, '--trust', pki.trustDir])
    expect(good.code).toBe(0)
    expect(good.output).toContain('Chữ ký của gói: hợp lệ')
    expect(good.output).toContain('Người ký: UBND xã Suối Ngọc')

    const packet = readFileSync(signed, 'utf8')
    const changed = await check('changed.edxml', packet.replace('tập huấn', 'tập trung'))
    expect(changed.code).toBe(0)
    expect(changed.output).toContain('Chữ ký của gói: không hợp lệ')
    expect(changed.output).toContain('Lý do: Nội dung văn bản đã bị thay đổi')
  })

  test('is not put over another one, nor into what is no packet', async () => {
    const to = join(dir, 'twice.edxml')
    const twice = await program.run(['sign', join(dir, 'signed.edxml'), to, '--packet', ...pin], env)
    expect([twice.code, twice.errors.includes('packet/ambiguous')]).toEqual([1, true])
    const other = join(dir, 'other.xml')
    writeFileSync(other, '<a/>')
    const refused = await program.run(['sign', other, to, '--packet', ...pin], env)
    expect([refused.code, refused.errors.includes('packet/incomplete')]).toEqual([1, true])
    expect(existsSync(to)).toBe(false)
  })
})
