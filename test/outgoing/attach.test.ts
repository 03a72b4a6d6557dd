import { describe, expect, test } from 'vitest'
import { attach, detach } from '../../src/engine/outgoing/attach.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { MAX_ATTACHMENTS } from '../../src/shared/document/attachment.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { MORNING, office, typed } from '../store/office.ts'

function draft(): { store: Store; id: ReturnType<Store['outgoing']['create']>['id']; names: () => string[] } {
  const store = office()
  const { id } = store.outgoing.create(typed({}))
  const names = () =>
    store.outgoing
      .get(id)
      .files.filter(({ role }) => role === 'attachment')
      .map(({ name }) => name)
  return { store, id, names }
}

const sheet = (text: string) => Buffer.from(`bảng kê ${text}`)

describe('a file put beside a draft', () => {
  test('keeps its bytes, its name without folders, and a type that fits the name', async () => {
    const { store, id } = draft()
    await attach(store, id, 'C:\\Tài liệu\\Bảng kê.xlsx', sheet('một'))
    await attach(store, id, '../../phụ lục.pdf', handMade(PLAIN_OBJECTS))
    const files = store.outgoing.get(id).files
    expect(files.map(({ role, name, contentType }) => [role, name, contentType])).toEqual([
      ['attachment', 'Bảng kê.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      ['attachment', 'phụ lục.pdf', 'application/pdf'],
    ])
    const [first] = files
    if (first === undefined) throw new Error('it was attached')
    const kept = await store.files.open(first.sha256)
    expect(Buffer.from(await kept.read(0, kept.size)).equals(sheet('một'))).toBe(true)
    await kept.close()
  })

  test('gets a number when its name is taken, and changes nothing when it is there already', async () => {
    const { store, id, names } = draft()
    await attach(store, id, 'bảng kê.xlsx', sheet('một'))
    await attach(store, id, 'BẢNG KÊ.xlsx', sheet('hai'))
    await attach(store, id, 'tên khác.xlsx', sheet('một'))
    expect(names()).toEqual(['bảng kê.xlsx', 'BẢNG KÊ (2).xlsx'])
  })

  test('is taken off again alone', async () => {
    const { store, id, names } = draft()
    await attach(store, id, 'một.xlsx', sheet('một'))
    await attach(store, id, 'hai.xlsx', sheet('hai'))
    const [first] = store.outgoing.get(id).files
    if (first === undefined) throw new Error('it was attached')
    detach(store, id, first.sha256)
    expect(names()).toEqual(['hai.xlsx'])
    expect(() => {
      detach(store, id, first.sha256)
    }).toThrow(expect.objectContaining({ code: 'document/not-found' }))
  })

  test.each([
    ['empty', 'rỗng.xlsx', Buffer.alloc(0), 'document/attachment-empty'],
    [
      'a signature, which we make ourselves',
      'bảng kê.xlsx.p7s',
      sheet('một'),
      'document/attachment-is-signature',
    ],
    ['named as a state secret', 'TUYỆT MẬT.xlsx', sheet('một'), 'document/secret'],
    ['named as a state secret by an underscore', '_TỐI_MẬT_.docx', sheet('một'), 'document/secret'],
    ['a PDF that could not be signed', 'phụ lục.pdf', Buffer.from('không phải PDF'), 'pdf/unreadable'],
    ['larger than the gateway takes', 'quét.zip', Buffer.alloc(50_000_001), 'document/attachments-too-large'],
  ])('is refused when it is %s', async (_, name, content, code) => {
    const { store, id, names } = draft()
    await expect(attach(store, id, name, content)).rejects.toMatchObject({ code })
    expect(names()).toEqual([])
  })

  test('is not taken for a secret because its name speaks of keeping secrets', async () => {
    const { store, id, names } = draft()
    await attach(store, id, 'Quy chế bảo mật.docx', sheet('một'))
    expect(names()).toHaveLength(1)
  })

  test('is refused when there are enough, or all together are too large for a packet', async () => {
    const { store, id, names } = draft()
    for (let at = 0; at < MAX_ATTACHMENTS; at += 1) await attach(store, id, 'tệp.txt', sheet(String(at)))
    await expect(attach(store, id, 'nữa.txt', sheet('nữa'))).rejects.toMatchObject({
      code: 'document/attachments-too-many',
    })
    expect(names()).toHaveLength(MAX_ATTACHMENTS)

    const large = draft()
    await attach(large.store, large.id, 'một.zip', Buffer.alloc(40_000_000, 1))
    await expect(attach(large.store, large.id, 'hai.zip', Buffer.alloc(40_000_000, 2))).rejects.toMatchObject(
      { code: 'document/attachments-too-large' },
    )
  })

  test('is refused once the document waits for its signature', async () => {
    const { store, id } = draft()
    await attach(store, id, 'một.xlsx', sheet('một'))
    store.outgoing.move(id, 'freeze', MORNING)
    await expect(attach(store, id, 'hai.xlsx', sheet('hai'))).rejects.toMatchObject({
      code: 'document/wrong-state',
    })
    const [first] = store.outgoing.get(id).files
    expect(() => {
      if (first !== undefined) detach(store, id, first.sha256)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })
})
