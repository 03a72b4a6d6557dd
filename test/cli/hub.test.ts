import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OFFICES, startHubProcess, vxpFor } from '../hub/hub-process.ts'
import { buildProgram, outcomeOf, type Program } from './program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'vanthu-hub-'))
let program: Program

beforeAll(async () => {
  program = await buildProgram()
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe('vanthu hub', () => {
  test('answers an office, and stops on SIGTERM together with the hub it started', async () => {
    const data = join(dir, 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'offices.json'), JSON.stringify(OFFICES))
    const child = program.start(['hub', '--port', '0', '--data', data])
    const outcome = outcomeOf(child)
    const line = await new Promise<string>((done) => createInterface(child.stdout!).once('line', done))
    const url = /http:\S+/.exec(line)?.[0] ?? ''
    const transport = vxpFor({ url }, 'H99.07')
    expect((await transport.directory())?.map(({ organId }) => organId)).toContain('H99.88.01')
    child.kill('SIGTERM')
    expect((await outcome).code).toBe(0)
    await expect(transport.directory()).rejects.toMatchObject({ code: 'hub/connection-refused' })
    await transport.close()
  })

  test('needs a port and a folder that lists the offices', async () => {
    for (const words of [
      ['--port', '0'],
      ['--data', dir],
      ['--port', 'x', '--data', dir],
      ['--port', '70000', '--data', dir],
      ['--port', '0', '--data', join(dir, 'nowhere')],
    ]) {
      const { code, errors } = await program.run(['hub', ...words])
      expect(code).toBe(2)
      expect(errors).not.toContain('Error')
    }
  })
})

describe('vanthu hub check', () => {
  test('prints each step as far as the way goes, and never the secret', async () => {
    const hub = await startHubProcess()
    const [{ systemId, secret }] = OFFICES
    const words = ['hub', 'check', '--url', `${hub.url}/vxp`, '--system-id', systemId, '--secret-env', 'KHOA']
    const good = await program.run(words, { KHOA: secret })
    expect(good.errors).toBe('')
    expect(good.output).toContain('Mở kết nối: tốt')
    expect(good.output).toContain(`Danh bạ của trục có ${String(OFFICES.length)} cơ quan.`)
    expect(good.code).toBe(0)
    const bad = await program.run(words, { KHOA: 'sai-hoan-toan' })
    expect(bad.code).toBe(1)
    expect(bad.output).toContain('Mã lỗi: hub/unauthorised')
    expect(bad.output).toContain('Vướng ở: trục liên thông.')
    expect(bad.output).not.toContain('sai-hoan-toan')
    await hub.remove()
    const gone = await program.run([...words, '--proxy', 'none'], { KHOA: secret })
    expect(gone.output).toContain('Mã lỗi: hub/connection-refused')
  })

  test('is told its words rightly', async () => {
    const words = [
      'hub',
      'check',
      '--url',
      'https://truc.example',
      '--system-id',
      'x',
      '--secret-env',
      'KHOA',
    ]
    for (const more of [
      ['--kind', 'ftp'],
      ['--pin', 'abc'],
      ['--proxy', 'khong-cong'],
      ['--ca', join(dir, 'nowhere.pem')],
      ['--road-client', 'VN/GOV/H99'],
    ]) {
      const { code, output, errors } = await program.run([...words, ...more], { KHOA: 's' })
      expect({ code, output }).toEqual({ code: 2, output: '' })
      expect(errors).toContain('vanthu --help')
    }
    expect((await program.run(words)).code).toBe(2)
  })
})

describe('vanthu', () => {
  test('shows its usage, as an answer when asked and as an error when called wrongly', async () => {
    for (const words of [
      ['--help'],
      ['verify', '--help'],
      ['sign', '-h'],
      ['edxml', '--help'],
      ['store', 'check', '--help'],
      ['hub', '--help'],
    ]) {
      const { code, output, errors } = await program.run(words)
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      expect(output).toContain('vanthu')
    }
    for (const words of [
      [],
      ['print'],
      ['toString'],
      ['verify'],
      ['verify', '--colour', 'a.pdf'],
      ['verify', 'a.pdf', '--trust'],
      ['store'],
    ]) {
      const { code, output, errors } = await program.run(words)
      expect({ code, output }).toEqual({ code: 2, output: '' })
      expect(errors).toContain('vanthu')
    }
  })

  test('writes its whole answer into a pipe that is read slowly or closed early', async () => {
    const reader = spawn('sh', ['-c', `"$0" "$1" verify --help | head -n 1`, process.execPath, program.entry])
    const { code, output, errors } = await outcomeOf(reader)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^vanthu verify FILE .+\n$/)
  })

  test('runs as npx vanthu in the project once it is built', () => {
    const vite = [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'vite.node.config.ts']
    const built = spawnSync(process.execPath, [...vite, '--mode', 'cli', '--logLevel', 'warn'], { cwd: ROOT })
    expect(built.status).toBe(0)
    // scripts/build.mjs ends with this too: the compiler does not know which file is a program.
    chmodSync(join(ROOT, 'out/cli/index.js'), 0o755)
    const { status, stdout } = spawnSync('npx', ['vanthu', '--help'], { cwd: ROOT, encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toContain('vanthu verify FILE')
  })
})
