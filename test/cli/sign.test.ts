import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { handwriting } from '../pdf/pictures.ts'
import { drawn, handMade, PLAIN_OBJECTS, qpdfComplaints } from '../pdf/samples.ts'
import { buildProgram, type Program } from './program.ts'

const SPY = '/usr/lib/x86_64-linux-gnu/pkcs11-spy.so'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-sign-'))
const pki = makePki(join(dir, 'pki'))
const hsm = makeSoftHsm(join(dir, 'tokens'))
const chainPem = [pki.issuing.certificatePem]
const leader = hsm.addToken({ ...pki.person, label: 'Lãnh đạo', pin: '246810', chainPem })
hsm.addToken({ ...pki.agency, label: 'Văn thư', pin: '135791', chainPem })
const original = join(dir, 'original.pdf')
const nss = join(dir, 'nss')
let program: Program

const PINS = { ...hsm.env, LEADER_PIN: '246810', CLERK_PIN: '135791' }

function sign(from: string, to: string, ...more: string[]) {
  return program.run(['sign', from, to, '--module', hsm.modulePath, ...more], PINS)
}

/** What pdfsig says, with our root in a certificate database without tokens. */
function pdfsig(path: string): string {
  return execFileSync('pdfsig', ['-no-ocsp', '-nssdir', nss, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

beforeAll(async () => {
  program = await buildProgram()
  writeFileSync(original, handMade(PLAIN_OBJECTS))
  mkdirSync(nss)
  execFileSync('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password'])
  execFileSync('certutil', [
    ...['-A', '-d', `sql:${nss}`, '-n', 'root', '-t', 'CT,C,C', '-i', pki.root.certificatePath],
  ])
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe('vanthu sign', () => {
  test('signs by the token’s label and then by a certificate, and pdfsig trusts both signatures', async () => {
    const once = join(dir, 'once.pdf')
    const twice = join(dir, 'twice.pdf')
    const first = await sign(original, once, '--label', 'Lãnh đạo', '--pin-env', 'LEADER_PIN')
    expect(first).toMatchObject({ code: 0, errors: '' })
    expect(first.output).toContain('Người ký: Nguyễn Văn Mẫu')
    // Fingerprints are printed by other tools in capitals and with colons.
    const fingerprint = pki.agency.sha256.toUpperCase().replace(/(..)(?!$)/g, '$1:')
    expect(await sign(once, twice, '--cert', fingerprint, '--pin-env', 'CLERK_PIN')).toMatchObject({
      code: 0,
    })

    const report = pdfsig(twice)
    expect(report.match(/Signature Validation: Signature is Valid\./g)).toHaveLength(2)
    expect(report.match(/Certificate Validation: Certificate is Trusted\./g)).toHaveLength(2)
    expect(report).toContain('Total document signed')
    expect(qpdfComplaints(twice)).toBe('')
    const bytes = readFileSync(original)
    expect(readFileSync(twice).subarray(0, bytes.length).equals(bytes)).toBe(true)
    expect((await program.run(['verify', twice, '--trust', pki.trustDir])).code).toBe(0)
    expect(drawn(twice, 1, 40).grey.equals(drawn(original, 1, 40).grey)).toBe(true)
  })

  test('draws a block at the lower right of the last page only when asked', async () => {
    const path = join(dir, 'visible.pdf')
    const words = ['--label', 'Lãnh đạo', '--pin-env', 'LEADER_PIN', '--visible', '--reason', 'Ban hành']
    expect((await sign(original, path, ...words)).code).toBe(0)
    expect(pdfsig(path)).toContain('Signature is Valid.')
    const before = drawn(original, 1, 40)
    const after = drawn(path, 1, 40)
    const changed = [...after.grey.keys()].filter((at) => after.grey[at] !== before.grey[at])
    expect(changed.length).toBeGreaterThan(50)
    for (const at of changed) {
      expect(at % after.width).toBeGreaterThan(after.width / 2)
      expect(Math.floor(at / after.width)).toBeGreaterThan(after.height * 0.75)
    }
    expect((await program.run(['verify', path, '--trust', pki.trustDir])).code).toBe(0)
  })

  test('a wrong PIN is said in a sentence, costs one login and leaves no file', async () => {
    const log = join(dir, 'spy.log')
    const path = join(dir, 'wrong-pin.pdf')
    const { code, output, errors } = await program.run(
      ['sign', original, path, '--module', SPY, '--label', 'Lãnh đạo', '--pin-env', 'WRONG_PIN'],
      { ...PINS, WRONG_PIN: '999999', PKCS11SPY: hsm.modulePath, PKCS11SPY_OUTPUT: log },
    )
    expect(code).toBe(1)
    expect(output).toBe('')
    expect(errors).toContain('Mã PIN không đúng')
    expect(errors).toContain('sign/pin-wrong')
    expect(errors).not.toContain('999999')
    expect(readFileSync(log, 'utf8').match(/: C_Login$/gm)).toHaveLength(1)
    expect(readdirSync(dir).filter((name) => name.startsWith('wrong-pin.pdf'))).toEqual([])
  })

  test('says which token, certificate or module is not there, before any PIN is used', async () => {
    const to = join(dir, 'nothing.pdf')
    const pin = ['--pin-env', 'LEADER_PIN']
    const cases = [
      { words: ['--label', 'Kế toán'], code: 1, error: 'sign/token-missing' },
      { words: ['--cert', '00'.repeat(32)], code: 1, error: 'sign/certificate-missing' },
      {
        words: ['--cert', pki.agency.sha256, '--label', 'Lãnh đạo'],
        code: 1,
        error: 'sign/certificate-missing',
      },
    ]
    for (const { words, code, error } of cases) {
      const outcome = await sign(original, to, ...words, ...pin)
      expect(outcome.code).toBe(code)
      expect(outcome.errors).toContain(error)
    }
    const words = ['sign', original, to, '--module', join(dir, 'none.so'), '--label', 'Lãnh đạo', ...pin]
    expect(await program.run(words, PINS)).toMatchObject({ code: 2, output: '' })
    expect(existsSync(to)).toBe(false)
  })

  test('asks back when a label names more than one certificate, and lists them', async () => {
    const other = pki.issue({ file: 'second', subject: '/C=VN/CN=Nguyễn Văn Mẫu (mới)' })
    hsm.addKey(leader, { ...other, keyId: '02' })
    const to = join(dir, 'second.pdf')
    const unclear = await sign(original, to, '--label', 'Lãnh đạo', '--pin-env', 'LEADER_PIN')
    expect(unclear.code).toBe(2)
    expect(unclear.errors).toContain(other.sha256)
    expect(unclear.errors).toContain(pki.person.sha256)
    const words = ['--label', 'Lãnh đạo', '--cert', other.sha256, '--pin-env', 'LEADER_PIN']
    expect((await sign(original, to, ...words)).code).toBe(0)
    expect(pdfsig(to)).toContain('Nguyễn Văn Mẫu (mới)')
  })

  test('never writes over the original, and over another file only when told to', async () => {
    const words = ['--label', 'Văn thư', '--pin-env', 'CLERK_PIN']
    const before = readFileSync(original)
    const alias = join(dir, 'alias.pdf')
    linkSync(original, alias)
    for (const to of [original, alias]) {
      const outcome = await sign(original, to, ...words, '--force')
      expect(outcome.code).toBe(2)
      expect(outcome.errors).toContain('OUT trùng với IN')
    }
    expect(readFileSync(original).equals(before)).toBe(true)

    const taken = join(dir, 'taken.pdf')
    writeFileSync(taken, 'của người khác')
    expect((await sign(original, taken, ...words)).code).toBe(2)
    expect(readFileSync(taken, 'utf8')).toBe('của người khác')
    expect((await sign(original, taken, ...words, '--force')).code).toBe(0)
    expect(pdfsig(taken)).toContain('Signature is Valid.')
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('needs a certificate, a module and a PIN that the environment holds', async () => {
    const to = join(dir, 'usage.pdf')
    const module = ['--module', hsm.modulePath]
    const label = ['--label', 'Văn thư']
    const pin = ['--pin-env', 'CLERK_PIN']
    for (const words of [
      [original, to, ...module, ...pin],
      [original, to, ...label, ...pin],
      [original, to, ...module, ...label],
      [original, to, ...module, ...label, '--pin-env', 'NOT_SET'],
      [original, to, ...module, '--cert', 'abc', ...pin],
      [original, ...module, ...label, ...pin],
      [join(dir, 'missing.pdf'), to, ...module, ...label, ...pin],
      [original, to, 'extra.pdf', ...module, ...label, ...pin],
    ]) {
      expect((await program.run(['sign', ...words], PINS)).code).toBe(2)
    }
    const typed = await program.run(['sign', original, to, '--pin=135791'], PINS)
    expect(typed.code).toBe(2)
    expect(typed.errors).not.toContain('135791')
    expect(existsSync(to)).toBe(false)
  })
})

/** Calls of a PKCS#11 function that the spy saw. */
function calls(log: string, name: string): number {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(`: ${name}`)).length
}

describe('vanthu sign --batch', () => {
  test('signs many files with one login, each under its own name', async () => {
    const to = join(dir, 'batch')
    const log = join(dir, 'batch.log')
    mkdirSync(to)
    const inputs = ['một.pdf', 'hai.pdf', 'ba.pdf'].map((name) => join(dir, name))
    for (const input of inputs) writeFileSync(input, readFileSync(original))
    const { code, output } = await program.run(
      ['sign', ...inputs, '--batch', to, '--module', SPY, '--label', 'Văn thư', '--pin-env', 'CLERK_PIN'],
      { ...PINS, PKCS11SPY: hsm.modulePath, PKCS11SPY_OUTPUT: log },
    )
    expect(code).toBe(0)
    expect(output.match(/Đã ký: /g)).toHaveLength(3)
    expect(readdirSync(to).sort()).toEqual(['ba.pdf', 'hai.pdf', 'một.pdf'])
    for (const name of readdirSync(to)) expect(pdfsig(join(to, name))).toContain('Signature is Valid.')
    expect([calls(log, 'C_Login'), calls(log, 'C_Sign')]).toEqual([1, 3])
  })

  test('stops before the PIN when one of the files cannot be signed, and says which', async () => {
    const to = join(dir, 'batch-broken')
    const log = join(dir, 'broken.log')
    mkdirSync(to)
    const broken = join(dir, 'hỏng.pdf')
    writeFileSync(broken, 'không phải PDF')
    const { code, errors } = await program.run(
      [
        ...['sign', original, broken, '--batch', to, '--module', SPY],
        ...['--label', 'Văn thư', '--pin-env', 'CLERK_PIN'],
      ],
      { ...PINS, PKCS11SPY: hsm.modulePath, PKCS11SPY_OUTPUT: log },
    )
    expect(code).toBe(2)
    expect(errors).toContain(broken)
    expect(calls(log, 'C_Login')).toBe(0)
    expect(readdirSync(to)).toEqual([])
  })

  test('refuses two files of one name, a folder that is not there, and no file at all', async () => {
    const to = join(dir, 'batch-usage')
    mkdirSync(to)
    const pin = ['--module', hsm.modulePath, '--label', 'Văn thư', '--pin-env', 'CLERK_PIN']
    for (const words of [
      [original, join(dir, 'pki', '..', 'original.pdf'), '--batch', to],
      [original, '--batch', join(dir, 'nowhere')],
      ['--batch', to],
    ]) {
      expect((await program.run(['sign', ...words, ...pin], PINS)).code).toBe(2)
    }
    expect(readdirSync(to)).toEqual([])
  })
})

describe('vanthu sign --detached', () => {
  const sheet = join(dir, 'bang-ke.xlsx')
  const clerk = ['--label', 'Văn thư', '--pin-env', 'CLERK_PIN']

  test('signs any file beside it; openssl and our verifier accept it, and notice another content', async () => {
    writeFileSync(sheet, 'một bảng kê không phải PDF')
    const signature = `${sheet}.p7s`
    expect((await sign(sheet, signature, '--detached', ...clerk)).code).toBe(0)
    execFileSync('openssl', [
      ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', signature, '-content', sheet],
      ...['-CAfile', pki.root.certificatePath, '-purpose', 'any', '-out', join(dir, 'content.bin')],
    ])
    const { code, output } = await program.run(['verify', signature, '--trust', pki.trustDir])
    expect(code).toBe(0)
    expect(output).toContain('Kết luận: HỢP LỆ')
    expect(output).toContain(`Ký cho tệp: ${sheet}`)
    expect(output).toContain('Người ký: UBND xã Suối Ngọc')

    const other = join(dir, 'khác.xlsx')
    writeFileSync(other, 'một bảng kê khác')
    const words = ['verify', signature, '--content', other, '--trust', pki.trustDir, '--json']
    const judged = await program.run(words)
    expect(judged.code).toBe(1)
    expect(JSON.parse(judged.output)).toMatchObject({
      file: signature,
      verdict: 'invalid',
      reasons: expect.arrayContaining(['content-altered']) as string[],
      content: { file: other },
    })
  })

  test('is judged without its file as far as it can be', async () => {
    const alone = join(dir, 'một mình.docx.p7s')
    writeFileSync(sheet, 'một bảng kê không phải PDF')
    expect((await sign(sheet, alone, '--detached', ...clerk)).code).toBe(0)
    const { code, output } = await program.run(['verify', alone, '--trust', pki.trustDir])
    expect(code).toBe(1)
    expect(output).toContain('Lý do: Không có tệp đã được ký để đối chiếu')
    writeFileSync(alone, 'không phải chữ ký')
    expect((await program.run(['verify', alone])).output).toContain('Không đọc được dữ liệu chữ ký')
  })

  test('goes together with a batch, each signature under its file’s name', async () => {
    const to = join(dir, 'batch-detached')
    mkdirSync(to)
    const other = join(dir, 'thuyết minh.docx')
    writeFileSync(sheet, 'một bảng kê')
    writeFileSync(other, 'một thuyết minh')
    const words = ['sign', sheet, other, '--batch', to, '--detached', '--module', hsm.modulePath, ...clerk]
    expect((await program.run(words, PINS)).code).toBe(0)
    for (const file of [sheet, other]) {
      const signature = join(to, `${file.slice(dir.length + 1)}.p7s`)
      const words = ['verify', signature, '--content', file, '--trust', pki.trustDir]
      expect((await program.run(words)).code).toBe(0)
    }
  })
})

describe('vanthu sign --visible', () => {
  const clerk = ['--label', 'Văn thư', '--pin-env', 'CLERK_PIN', '--visible']

  /** The rectangle of what a signature changed on page 1, in millimetres from the top left corner. */
  function changedBox(path: string): Readonly<Record<'left' | 'top' | 'right' | 'bottom', number>> {
    const dpi = 100
    const before = drawn(original, 1, dpi)
    const after = drawn(path, 1, dpi)
    const changed = [...after.grey.keys()].filter((at) => after.grey[at] !== before.grey[at])
    const columns = changed.map((at) => at % after.width)
    const rows = changed.map((at) => Math.floor(at / after.width))
    const mm = (pixels: number) => (pixels * 25.4) / dpi
    return {
      left: mm(Math.min(...columns)),
      top: mm(Math.min(...rows)),
      right: mm(Math.max(...columns) + 1),
      bottom: mm(Math.max(...rows) + 1),
    }
  }

  test('puts a picture where it is told, in the size it is told', async () => {
    const png = join(dir, 'chữ ký.png')
    writeFileSync(png, handwriting())
    const path = join(dir, 'picture.pdf')
    const place = ['--page', '1', '--at', '30,50', '--picture', png, '--width', '40']
    expect((await sign(original, path, ...clerk, ...place)).code).toBe(0)
    expect(pdfsig(path)).toContain('Signature is Valid.')
    const box = changedBox(path)
    for (const [side, mm] of [
      ['left', 30],
      ['top', 50],
      ['right', 70],
      ['bottom', 70],
    ] as const) {
      expect(Math.abs(box[side] - mm)).toBeLessThan(1)
    }
  })

  test('puts the block of text where it is told', async () => {
    const path = join(dir, 'block.pdf')
    expect((await sign(original, path, ...clerk, '--at', '25,12.5', '--width', '70')).code).toBe(0)
    const box = changedBox(path)
    expect(box.left).toBeGreaterThan(25)
    expect(box.top).toBeGreaterThan(12.5)
    expect(box.right).toBeLessThan(95)
    expect(box.bottom).toBeLessThan(45)
  })

  test('asks back about a place that cannot be, before any PIN is used', async () => {
    const to = join(dir, 'visible-usage.pdf')
    const png = join(dir, 'chữ ký.png')
    writeFileSync(png, handwriting())
    const label = ['--label', 'Văn thư', '--pin-env', 'CLERK_PIN']
    for (const words of [
      [...label, '--page', '1'],
      [...clerk, '--page', '0'],
      [...clerk, '--at', '10'],
      [...clerk, '--at', '10,x'],
      [...clerk, '--picture', png, '--at', '10,10'],
      [...clerk, '--picture', png, '--width', '40'],
      [...clerk, '--detached'],
    ]) {
      expect((await sign(original, to, ...words)).code).toBe(2)
    }
    writeFileSync(png, 'không phải ảnh')
    const picture = ['--picture', png, '--at', '10,10', '--width', '40']
    expect((await sign(original, to, ...clerk, ...picture)).errors).toContain('image/unusable')
    expect(existsSync(to)).toBe(false)
  })
})
