import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, createStore, writeKeyFile } from '../../src/engine/store/index.ts'
import { fillOffice } from '../helpers/many-documents.ts'
import { SENDER } from '../helpers/office.ts'
import { electronPath } from './electron-path.ts'
import { OfficeWindow } from './office-window.ts'

/** A list of several thousand documents, of which the window holds what is in sight. */
const DOCUMENTS = 4000
/** The others are new: see fillIncoming. */
const REGISTERED = DOCUMENTS - Math.floor(DOCUMENTS / 40)

let dataDir: string
let office: OfficeWindow
let list: Locator

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'van-thu-long-list-'))
  const recoveryCode = await furnish(join(dataDir, 'office'))
  office = new OfficeWindow({ dataDir, env: {}, electronPath: electronPath() })
  await office.open()
  await office.unlock(recoveryCode)
  await office.go('Đã vào sổ')
  list = office.page.getByRole('listbox', { name: 'Đã vào sổ' })
  await rowAt(1).waitFor()
})

afterAll(async () => {
  await office.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function furnish(dir: string): Promise<string> {
  const key = createKey()
  await writeKeyFile(dir, key)
  const until = Date.now()
  const store = createStore({ dir, masterKey: key.masterKey, now: () => until }, ({ settings }) => {
    settings.set('agency', SENDER)
    settings.set('clerkName', 'Lê Thị Thử')
  })
  const from = until - 365 * 86_400_000
  fillOffice(store, { count: DOCUMENTS, only: 'incoming', seed: 3, bodyWords: 0, from, until })
  store.close()
  return key.recoveryCode
}

/** The row in that place of the list; 1 is the first. */
function rowAt(place: number): Locator {
  return list.locator(`[role=option][aria-posinset="${String(place)}"]`)
}

/** Its document is shown beside the list, and the row says so. */
async function isOpen(place: number): Promise<void> {
  const row = rowAt(place)
  await office.until(`row ${String(place)} is selected`, async () => {
    return (await row.getAttribute('aria-selected')) === 'true'
  })
  const subject = await row.locator('div[class*=subject]').innerText()
  await office.page.getByRole('region', { name: subject }).waitFor()
}

test('the rows say where they stand among all, and only those in sight are there', async () => {
  await isOpen(1)
  expect(await rowAt(1).getAttribute('aria-setsize')).toBe(String(REGISTERED))
  expect(await list.getByRole('option').count()).toBeLessThan(40)
})

test('End and Home lead to the last and the first document and open it, Page and arrow keys go on from there', async () => {
  await list.focus()
  await list.press('End')
  await isOpen(REGISTERED)
  await list.press('ArrowUp')
  await isOpen(REGISTERED - 1)
  await list.press('Home')
  await isOpen(1)
  await list.press('ArrowDown')
  await isOpen(2)
})

test('after a long way with the wheel the rows in sight are there', async () => {
  await list.hover()
  for (let turn = 0; turn < 60; turn += 1) await office.page.mouse.wheel(0, 4000)
  await office.until('the list has been scrolled and shows its rows', async () => {
    const places = await list
      .getByRole('option')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-posinset'))))
    return Math.min(...places) > 1000 && (await list.getByText('Đang tải…').count()) === 0
  })
})
