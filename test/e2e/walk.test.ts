import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { electronPath } from './electron-path.ts'
import { projectPath, type OfficeWindow } from './office-window.ts'
import { walk, type WalkSummary } from './walk.ts'

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'walk')
const source = projectPath('test/fixtures/cong-van.pdf')
const problems: string[] = []
const inspected: string[] = []
let workDir: string
let summary: WalkSummary

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  workDir = mkdtempSync(join(tmpdir(), 'vanthu-walk-'))
  summary = await walk({
    outDir,
    workDir,
    pdfs: [source],
    tokens: 'softhsm',
    electronPath: electronPath(),
    env: {},
    say: () => undefined,
    inspect: judge,
  })
}, 400_000)

afterAll(() => {
  rmSync(workDir, { recursive: true, force: true })
})

/** Looks at a screen with axe, in the light and in the dark. */
async function judge(office: OfficeWindow, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await office.page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page: office.page }).setLegacyMode().analyze()
    for (const violation of violations) {
      const where = violation.nodes.map((node) => node.target.join(' ')).join('; ')
      problems.push(`${name} (${colorScheme}): ${violation.id} at ${where}`)
    }
  }
  await office.page.emulateMedia({ colorScheme: 'light' })
  inspected.push(name)
}

describe('the walk of a document through two offices in real windows', () => {
  test('B received the bytes that A signed, and the hub took each document once', () => {
    expect(summary.documents).toHaveLength(2)
    for (const document of summary.documents) {
      expect(document.receivedSha256).toBe(document.signedSha256)
      expect(document.hubPacketId).not.toBe('')
      expect(document.states.map(({ state }) => state)).toEqual(
        expect.arrayContaining(['freeze', 'sign', 'number', 'seal', 'submit', 'confirm', 'register']),
      )
    }
  })

  test('the imported bytes are an exact prefix of what was signed', () => {
    const imported = readFileSync(source)
    for (const { signedPath } of summary.documents) {
      expect(readFileSync(signedPath).subarray(0, imported.byteLength).equals(imported)).toBe(true)
    }
  })

  test('poppler calls all signatures valid and trusted, qpdf finds nothing', () => {
    const database = join(workDir, 'nss')
    mkdirSync(database)
    execFileSync('certutil', ['-N', '-d', `sql:${database}`, '--empty-password'])
    const trusted = ['-A', '-d', `sql:${database}`, '-n', 'root', '-t', 'CT,CT,CT', '-i', summary.rootPath]
    execFileSync('certutil', trusted)
    for (const { receivedPath } of summary.documents) {
      const said = execFileSync('pdfsig', ['-nssdir', `sql:${database}`, receivedPath], { encoding: 'utf8' })
      // The person's and the agency's; number and date are the agency's, too, where the letter is of this year.
      const count = said.match(/Signature #\d+:/g)?.length ?? 0
      expect(count).toBeGreaterThanOrEqual(2)
      expect(said.match(/Signature is Valid/g)).toHaveLength(count)
      // poppler 22.12 says so at the first signature of each certificate only, also for signatures of its own.
      const signers = new Set(said.match(/Signer full Distinguished Name: .+/g))
      expect(signers.size).toBe(2)
      expect(said.match(/Certificate is Trusted/g)).toHaveLength(signers.size)
      expect(said.match(/- Total document signed/g)).toHaveLength(1)
      execFileSync('qpdf', ['--check', receivedPath])
    }
  })

  test('axe finds nothing on any screen, light or dark', () => {
    expect(inspected.length).toBeGreaterThan(12)
    expect(problems).toEqual([])
  })
})
