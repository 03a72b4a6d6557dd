import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { electronPath } from './electron-path.ts'
import { judgeScreen } from './axe.ts'
import { perform, stepsOfChapter } from './guide.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/**
 * "Must show 6": somebody who never saw the program sends a document by following the guide. The steps are read
 * out of the guide itself, so it and the app cannot part without this test failing.
 */

/** Kept, so that a person can look at what the clerk saw. */
const outDir = projectPath('out', 'e2e', 'first-document')
const steps = stepsOfChapter('Gửi văn bản đầu tiên (tập dùng)')
let dataDir: string
let office: OfficeWindow

beforeAll(async () => {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  dataDir = mkdtempSync(join(tmpdir(), 'vanthu-first-'))
  office = new OfficeWindow({ dataDir, env: {}, electronPath: electronPath() })
  await office.open()
  await office.page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
})

afterAll(async () => {
  await office.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('the first screen offers practice, and axe has nothing against it', async () => {
  expect(await judgeScreen(office, join(outDir, '00-wizard'))).toEqual([])
})

test('the chapter is whole: it types, presses and ends where it began', () => {
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1))
  expect(steps.length).toBeGreaterThanOrEqual(10)
  expect(steps.flatMap(({ acts }) => acts).length).toBeGreaterThanOrEqual(25)
})

test.each(steps)('step $number of the guide: $text', async ({ number, acts }) => {
  for (const act of acts) await perform(office.page, act)
  // A screen is judged once it stands there: until then it has no heading.
  await office.page.locator('h1').first().waitFor()
  expect(await judgeScreen(office, join(outDir, String(number).padStart(2, '0')))).toEqual([])
})

test('what was practised lies beside the office, which does not exist yet', async () => {
  expect(await office.ask('office.status', {})).toMatchObject({ phase: 'new' })
  expect(existsSync(join(dataDir, 'office', 'store.db'))).toBe(false)
  expect(existsSync(join(dataDir, 'practice', 'office', 'store.db'))).toBe(true)
})

test('practice is kept until it is thrown away, and then nothing is left', async () => {
  const { page } = office
  const enter = () => page.getByRole('button', { name: 'Dùng thử với cơ quan giả định' }).click()
  const throwAway = async (how: string, picture?: string) => {
    await page.getByRole('button', { name: 'Dữ liệu tập dùng…' }).click()
    await page.getByRole('alertdialog').waitFor()
    if (picture !== undefined) expect(await judgeScreen(office, join(outDir, picture))).toEqual([])
    await page.getByRole('button', { name: how }).click()
  }
  const home = page.getByRole('navigation', { name: 'Mục làm việc' })
  await enter()
  await home.waitFor()
  expect((await office.ask('outgoing.list', { box: 'sent' })).total).toBe(1)
  await throwAway('Xóa và tập lại từ đầu', '11-data')
  await home.waitFor({ state: 'detached' })
  await home.waitFor()
  expect((await office.ask('outgoing.list', { box: 'sent' })).total).toBe(0)
  await throwAway('Xóa và thoát')
  await page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
  expect(existsSync(join(dataDir, 'practice'))).toBe(false)
})
