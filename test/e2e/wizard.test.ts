/** The first run by the keyboard alone, each step looked at, with the guide at hand. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { judgeScreen } from './axe.ts'
import { Keys } from './keys.ts'
import { projectPath, type OfficeWindow } from './office-window.ts'
import { openSender, type SenderWindow } from './sender-window.ts'
import type { WalkDesk } from './walk-desk.ts'

const OUT = projectPath('out', 'e2e', 'wizard')
vi.setConfig({ testTimeout: 180_000 })

let desk: WalkDesk
let sender: SenderWindow
let office: OfficeWindow
let keys: Keys

beforeAll(async () => {
  mkdirSync(OUT, { recursive: true })
  sender = await openSender('wizard')
  ;({ desk, office } = sender)
  await office.page.setViewportSize({ width: 1366, height: 768 })
  keys = new Keys(office)
})

afterAll(async () => {
  await sender.close()
})

const field = (name: string) => office.page.getByRole('textbox', { name, exact: true })
const button = (name: string) => office.page.getByRole('button', { name })
const found: string[] = []
const look = async (step: string) => {
  found.push(...(await judgeScreen(office, join(OUT, step))))
}
/** Where a page begins: the focus is there without a key. */
async function step(title: string): Promise<void> {
  await office.page.getByRole('heading', { name: title }).waitFor()
}

test('the guide is there before anything else is', async () => {
  await step('Cơ quan của bạn')
  await keys.press('Shift+F1')
  const guide = office.page.getByRole('dialog', { name: 'Hướng dẫn sử dụng' })
  await guide.getByRole('heading', { name: '2. Thiết lập lần đầu' }).waitFor()
  await look('guide')
  await keys.enter(guide.getByRole('link', { name: 'Kiểm tra kết nối' }))
  await guide.getByRole('heading', { name: 'Kiểm tra kết nối' }).waitFor()
  expect(await office.page.evaluate(() => document.activeElement?.textContent)).toBe('Kiểm tra kết nối')
  await keys.select(guide.getByLabel('Mục'), '12. Khi gặp lỗi')
  await look('guide-errors')
  await keys.press('Escape')
  await guide.waitFor({ state: 'detached' })
})

test('an office is made without a pointer', async () => {
  const { page } = office
  const { furnishing } = desk.sender
  await keys.write(field('Mã định danh cơ quan'), furnishing.organId)
  await keys.write(field('Tên cơ quan'), furnishing.name)
  await keys.write(field('Cơ quan chủ quản'), furnishing.parentName)
  await keys.write(field('Họ tên văn thư'), furnishing.clerkName)
  await look('1-agency')
  await keys.press('Enter')

  await step('Nối với trục liên thông')
  await keys.write(field('Địa chỉ trục liên thông'), furnishing.hub.url)
  await keys.write(field('Mã hệ thống'), furnishing.hub.systemId)
  await keys.write(page.getByLabel('Khóa bí mật'), furnishing.hub.secret)
  await keys.enter(button('Kiểm tra kết nối'))
  await page.getByText('Kết nối tốt.').waitFor()
  await look('2-hub')
  await keys.enter(button('Tiếp tục'))

  await step('Token ký số')
  const drivers = page.getByRole('radiogroup', { name: 'Trình điều khiển token' })
  await keys.choose(drivers, drivers.getByRole('radio', { name: 'SoftHSM2' }).first())
  await keys.press('Space')
  await page.getByRole('listitem').filter({ hasText: 'Token đang cắm: đọc được' }).waitFor()
  await look('3-token')
  await keys.enter(button('Tiếp tục'))

  await step('Chứng thư để ký')
  const persons = page.getByRole('radiogroup', { name: 'Chứng thư của người có thẩm quyền ký' })
  const agencies = page.getByRole('radiogroup', { name: 'Chứng thư của cơ quan (con dấu)' })
  await keys.choose(persons, persons.getByRole('radio', { name: furnishing.personName }))
  await keys.press('Space')
  await keys.choose(agencies, agencies.getByRole('radio', { name: furnishing.agencyName }))
  await keys.press('Space')
  await look('4-certificate')
  await keys.enter(button('Tiếp tục'))

  const groups = page.getByRole('group', { name: 'Mã khôi phục của cơ quan' }).locator('span')
  await groups.first().waitFor()
  const code = (await groups.allInnerTexts()).join('-')
  await look('5-recovery')
  await keys.enter(button('Tôi đã cất mã'))
  await keys.write(field('Mã khôi phục'), code)
  await look('6-confirm')
  await keys.press('Enter')
  await page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
})

test('the focus was always somewhere and seen, and every step is fit to be shown', () => {
  expect(keys.problems).toEqual([])
  expect(found).toEqual([])
})
