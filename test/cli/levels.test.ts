import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { documentVerdict } from '../../src/shared/verdict.ts'
import {
  issueTimeStampAuthority,
  ocspResponder,
  revocationBook,
  serve,
  serveFiles,
  timeStamper,
} from '../helpers/authorities.ts'
import { makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { buildProgram, type Program } from './program.ts'

// Each command is a process of its own, and openssl is started for every answer.
vi.setConfig({ testTimeout: 120_000 })

const dir = mkdtempSync(join(tmpdir(), 'vanthu-cli-levels-'))
const pki = makePki(join(dir, 'pki'))
const hsm = makeSoftHsm(join(dir, 'tokens'))
hsm.addToken({ ...pki.person, label: 'Lãnh đạo', pin: '246810', chainPem: [pki.issuing.certificatePem] })
const original = join(dir, 'original.pdf')
let program: Program
let tsa: { url: string; server: Server }
let web: { host: string; server: Server }
let responder: { url: string; process: ChildProcess }
let hosts: string[]

beforeAll(async () => {
  program = await buildProgram()
  writeFileSync(original, handMade(PLAIN_OBJECTS))
  const rootBook = revocationBook(join(dir, 'root-book'), pki.root)
  const book = revocationBook(join(dir, 'book'), pki.issuing)
  book.enter(pki.person)
  tsa = await serve(timeStamper(join(dir, 'tsa'), issueTimeStampAuthority(pki, 'cli-tsa'), [pki.issuing]))
  web = await serveFiles({ '/issuing.crl': () => book.list(), '/root.crl': () => rootBook.list() })
  responder = await ocspResponder(pki, pki.issuing, book.index)
  const responderHost = new URL(responder.url).host
  hosts = ['--host', `ocsp.example=${responderHost}`, '--host', `ca.example=${web.host}`]
}, 120_000)
afterAll(() => {
  responder.process.kill()
  tsa.server.close()
  web.server.close()
  program.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** The roots to raise by. */
const trusting = ['--trust', pki.trustDir]

function sign(to: string, ...more: string[]) {
  const token = ['--module', hsm.modulePath, '--label', 'Lãnh đạo', '--pin-env', 'LEADER_PIN']
  return program.run(['sign', original, to, ...token, ...more], {
    ...hsm.env,
    LEADER_PIN: '246810',
  })
}

async function verdictOn(path: string, ...more: string[]) {
  const { output } = await program.run(['verify', path, '--json', '--trust', pki.trustDir, ...more])
  return z.object(documentVerdict.shape).parse(JSON.parse(output))
}

test('a document is signed with PSS and raised to B-LTA, and judged offline with nothing open', async () => {
  const path = join(dir, 'b-lta.pdf')
  const signed = await sign(
    path,
    '--level',
    'b-lta',
    '--tsa',
    tsa.url,
    '--pss',
    '--digest',
    'sha512',
    ...trusting,
    ...hosts,
  )
  expect(signed).toMatchObject({ code: 0, errors: '' })
  const { verdict, reasons, signatures, timeStamps } = await verdictOn(path)
  expect({ verdict, reasons }).toEqual({ verdict: 'valid', reasons: [] })
  expect(signatures[0]?.provenAt).toBeDefined()
  expect(signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'file' })
  expect(timeStamps?.map((stamp) => stamp.verdict)).toEqual(['valid', 'valid'])
  const words = await program.run(['verify', path, '--trust', pki.trustDir])
  expect(words.output).toContain('Kết luận: HỢP LỆ')
  expect(words.output).toContain('Dấu thời gian 2: hợp lệ')
})

test('without a time stamp authority the signature is not lost, and the exit code says that the level is', async () => {
  const path = join(dir, 'missed.pdf')
  const signed = await sign(path, '--level', 'b-t', '--tsa', 'http://127.0.0.1:9/', ...trusting)
  expect(signed.code).toBe(1)
  expect(signed.errors).toContain('authority/unreachable')
  expect((await verdictOn(path)).verdict).toBe('valid')
})

test('the authorities are asked only when told to', async () => {
  const path = join(dir, 'b-b.pdf')
  expect((await sign(path)).code).toBe(0)
  expect((await verdictOn(path)).reasons).toContain('revocation-unknown-note')
  const online = await verdictOn(path, '--online', ...hosts)
  expect(online.signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'online' })
})

test('what makes no sense is asked back before the PIN is used', async () => {
  const to = join(dir, 'usage.pdf')
  for (const words of [
    ['--level', 'b-x'],
    // What serves a level alone is not silently left aside without one.
    trusting,
    ['--level', 'b-b', ...trusting],
    ['--tsa', tsa.url],
    ['--host', 'a=b'],
    ['--level', 'b-t', '--tsa', 'ldap://tsa'],
    ['--level', 'b-t', '--detached'],
    ['--level', 'b-t', '--host', 'một'],
    ['--digest', 'sha1'],
  ]) {
    expect((await sign(to, ...words)).code, words.join(' ')).toBe(2)
  }
  expect(existsSync(to)).toBe(false)
})
