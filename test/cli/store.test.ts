import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { begin, importPdf } from '../../src/engine/outgoing/draft.ts'
import { createKey, createStore, openStore, writeKeyFile } from '../../src/engine/store/index.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { buildProgram, outcomeOf, type Program } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'vanthu-store-check-'))
let program: Program

/** An office with one draft and its PDF. */
async function office(name: string) {
  const dir = join(root, name)
  const { masterKey, recoveryCode } = createKey()
  await writeKeyFile(dir, { masterKey, recoveryCode })
  const options = { dir, masterKey, now: Date.now }
  const store = createStore(options)
  const id = begin(store, {}, Date.now())
  await importPdf(store, id, 'cong-van.pdf', handMade(PLAIN_OBJECTS))
  store.close()
  return { dir, recoveryCode, options }
}

function check(dir: string, code: string) {
  return program.run(['store', 'check', dir, '--code-env', 'OFFICE_CODE'], { OFFICE_CODE: code })
}

/** The files below a folder. */
function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

beforeAll(async () => {
  program = await buildProgram()
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(root, { recursive: true, force: true })
})

describe('vanthu store check', () => {
  test('says that a sound store is sound', async () => {
    const { dir, recoveryCode } = await office('sound')
    const { code, output, errors } = await check(dir, recoveryCode.toLowerCase().replaceAll('-', ' '))
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toContain('Kết luận: NGUYÊN VẸN')
    expect(output).toMatch(/Lịch sử: [1-9]\d* dòng\. Tệp: 1\./)
    expect(output).not.toContain(recoveryCode)
  })

  test('finds the one flipped byte of a kept file', async () => {
    const { dir, recoveryCode } = await office('flipped')
    const [file] = filesIn(join(dir, 'files'))
    flip(file!, 200)
    const { code, output } = await check(dir, recoveryCode)
    expect(code).toBe(1)
    expect(output).toContain('Kết luận: CÓ CHỖ HỎNG')
    expect(output).toContain('store/file-damaged')
  })

  test('finds a flipped byte of the database', async () => {
    const { dir, recoveryCode } = await office('database')
    const path = join(dir, 'store.db')
    flip(path, statSync(path).size - 3000)
    const { code, output, errors } = await check(dir, recoveryCode)
    expect(code).toBe(1)
    expect(output + errors).toContain('store/damaged')
  })

  test('takes a wrong code, an empty folder and an open office for what they are', async () => {
    const { dir, recoveryCode, options } = await office('other')
    const wrong = await check(dir, createKey().recoveryCode)
    expect(wrong.code).toBe(2)
    expect(wrong.errors).toContain('Mã khôi phục không đúng')
    expect((await check(dir, 'không phải mã')).code).toBe(2)
    expect((await check(root, recoveryCode)).code).toBe(2)
    const open = openStore(options)
    const busy = await check(dir, recoveryCode)
    open.close()
    expect(busy.code).toBe(2)
    expect(busy.errors).toContain('store/in-use')
  })

  test('never takes the code as an argument, and does not wait for one where nobody sits', async () => {
    const { dir, recoveryCode } = await office('argument')
    const typed = await program.run(['store', 'check', dir, `--code=${recoveryCode}`])
    expect(typed.code).toBe(2)
    expect(typed.errors).not.toContain(recoveryCode)
    expect((await program.run(['store', 'check', dir, '--code-env', 'NOT_SET'])).code).toBe(2)
    const alone = spawn(process.execPath, [program.entry, 'store', 'check', dir], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(await outcomeOf(alone)).toMatchObject({ code: 2, output: '' })
  })

  test('reads the newest backup in a folder, and changes nothing there', async () => {
    const { recoveryCode, options } = await office('backed-up')
    const store = openStore(options)
    const stick = join(root, 'stick')
    mkdirSync(stick)
    const { home } = await store.backup({
      folder: stick,
      organId: 'H99.88.01',
      agencyName: 'UBND xã Suối Ngọc',
      keep: 2,
      madeAt: Date.now(),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    store.close()
    const before = filesIn(stick)
    const sound = await check(stick, recoveryCode)
    expect(sound).toMatchObject({ code: 0, errors: '' })
    expect(sound.output).toContain('UBND xã Suối Ngọc')
    expect(filesIn(stick)).toEqual(before)
    const [file] = filesIn(join(home, 'files'))
    flip(file!, 200)
    expect(await check(stick, recoveryCode)).toMatchObject({
      code: 1,
      output: expect.stringContaining('store/file-damaged') as string,
    })
  })

  test('at a terminal asks for the code and does not show it', async () => {
    const { dir, recoveryCode } = await office('terminal')
    const command = `${process.execPath} ${program.entry} store check ${dir}`
    const terminal = spawn('script', ['-qefc', command, '/dev/null'])
    const outcome = outcomeOf(terminal)
    let asked = ''
    terminal.stdout.on('data', (text: string) => {
      const before = asked
      asked += text
      const question = 'Mã khôi phục: '
      if (!before.includes(question) && asked.includes(question)) terminal.stdin.write(`${recoveryCode}\r`)
    })
    const { code, output } = await outcome
    expect(code).toBe(0)
    expect(output).toContain('Kết luận: NGUYÊN VẸN')
    expect(output).not.toContain(recoveryCode.slice(0, 9))
  })
})
