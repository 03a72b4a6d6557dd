import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wordFile } from '../../src/engine/page/word.ts'
import { sampleOf } from '../page/samples.ts'
import { projectPath, type OfficeWindow } from './office-window.ts'
import { openSender, type SenderWindow } from './sender-window.ts'
import type { WalkDesk } from './walk-desk.ts'

const PDF = readFileSync(projectPath('test/fixtures/cong-van.pdf'))
let desk: WalkDesk
let sender: SenderWindow
let office: OfficeWindow

beforeAll(async () => {
  sender = await openSender('import')
  ;({ desk, office } = sender)
  await office.furnish(desk.sender.furnishing)
})

afterAll(async () => {
  await sender.close()
})

/** Hands the page a file as the system does when one is dropped on the preview or pasted into the window. */
async function bring(how: 'drop' | 'paste', name: string, bytes: Uint8Array): Promise<void> {
  await office.page.evaluate(
    ([event, fileName, base64]) => {
      const data = new DataTransfer()
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([content], fileName))
      const common = { bubbles: true, cancelable: true }
      if (event === 'drop') {
        const place = document.querySelector('[data-drop]')
        place?.dispatchEvent(new DragEvent('dragenter', { ...common, dataTransfer: data }))
        place?.dispatchEvent(new DragEvent('drop', { ...common, dataTransfer: data }))
      } else {
        document.body.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: data }))
      }
    },
    [how, name, Buffer.from(bytes).toString('base64')] as const,
  )
}

test.each(['drop', 'paste'] as const)('a PDF comes into the draft by %s, byte for byte', async (how) => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  await page.getByText('Chưa có tệp PDF').waitFor()
  const id = new URL(page.url()).hash.split('/').at(-1)
  await bring(how, `${how}.pdf`, PDF)
  await page.getByLabel('Thay tệp PDF').waitFor({ state: 'attached' })
  await page.getByRole('region', { name: 'Bản PDF của văn bản' }).getByText(`${how}.pdf`).waitFor()

  const { rows } = await office.ask('outgoing.list', { box: 'drafts' })
  const row = rows.find((one) => one.id === id)
  if (row === undefined) throw new Error('the draft is not in the list')
  const { files } = await office.ask('outgoing.one', { id: row.id })
  const sha256 = createHash('sha256').update(PDF).digest('hex')
  expect(files).toMatchObject([{ role: 'imported', name: `${how}.pdf`, sha256 }])
})

test('a Word file that is dropped becomes what is written', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  await page.getByText('Chưa có tệp PDF').waitFor()
  await bring('drop', 'du-thao.docx', await wordFile(sampleOf('Báo cáo'), new Map()))
  await page.getByRole('textbox', { name: 'Nội dung văn bản' }).waitFor()
  expect(await page.getByLabel('Tên loại').inputValue()).toBe('Báo cáo')
})

test('what is dropped and is no PDF is refused in words, and the draft stays as it was', async () => {
  const { page } = office
  await page.getByRole('button', { name: 'Soạn văn bản', exact: true }).click()
  await page.getByText('Chưa có tệp PDF').waitFor()
  await bring('drop', 'thu-moi.pdf', new TextEncoder().encode('MZ không phải PDF'))
  await page.getByRole('alert').getByText('Chỉ nhập được tệp PDF').waitFor()
  expect(await page.getByLabel('Thay tệp PDF').count()).toBe(0)
})
