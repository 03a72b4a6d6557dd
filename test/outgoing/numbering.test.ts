import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { discard, reopen, voidNumber } from '../../src/engine/outgoing/draft.ts'
import { freeze } from '../../src/engine/outgoing/freeze.ts'
import { giveNumber, previewNumber, reserveNumber } from '../../src/engine/outgoing/number.ts'
import { currentNumbering, explainGap, gapsOf, saveNumbering } from '../../src/engine/outgoing/numbering.ts'
import { ARRIVALS, type Store } from '../../src/engine/store/index.ts'
import type { DocumentId, OutgoingFields } from '../../src/shared/document/fields.ts'
import {
  DEFAULT_NUMBERING,
  numberingRules,
  seriesIn,
  seriesOf,
  type NumberingRules,
} from '../../src/shared/document/numbering.ts'
import { COPY_TYPES, DOCUMENT_TYPES } from '../../src/shared/document/types.ts'
import { AppError } from '../../src/shared/errors.ts'
import { MORNING } from '../store/office.ts'
import { sendingOffice, signedDocument } from './outbox.ts'

const LETTER = { typeName: 'Công văn', codeNotation: 'UBND-VP' }
const DECISION = { typeName: 'Quyết định (cá biệt)', codeNotation: 'QĐ-UBND' }
const NOTICE = { typeName: 'Thông báo', codeNotation: 'TB-UBND' }
const LEFT_OUT = { kind: 'left-out', reason: 'Văn bản rút lại trước khi cấp số' } as const
const PAPER = { kind: 'paper', reason: 'Cấp cho văn bản giấy' } as const
const GROUP = {
  id: '5b0f3c1e-0000-4000-8000-000000000001',
  name: 'Quyết định, chỉ thị',
  types: [DECISION.typeName, 'Chỉ thị'],
}
const common = { key: 'outgoing' }

async function numbered(store: Store, fields: Partial<OutgoingFields>, choice = {}): Promise<string> {
  const id = await signedDocument(store, fields)
  giveNumber(store, id, choice, MORNING)
  return codeOf(store, id)
}

function codeOf(store: Store, id: DocumentId): string {
  const { codeNumber, fields } = store.outgoing.get(id)
  return `${codeNumber ?? '…'}/${fields.codeNotation}`
}

async function putRight(store: Store, id: DocumentId, fields: Partial<OutgoingFields>): Promise<void> {
  reopen(store, id, MORNING)
  await signAgain(store, id, fields)
}

async function signAgain(store: Store, id: DocumentId, fields: Partial<OutgoingFields>): Promise<void> {
  const draft = store.outgoing.get(id)
  const kept = draft.files[0]
  if (kept === undefined) throw new Error('the document has a file')
  store.outgoing.setFile(id, kept, 'imported')
  const { revision } = store.outgoing.save(id, draft.revision, { ...draft.fields, ...fields })
  await freeze(store, id, revision, MORNING)
  store.outgoing.move(id, 'sign', MORNING)
}

const using = (rules: Partial<NumberingRules>): NumberingRules => ({ ...DEFAULT_NUMBERING, ...rules })
const refusedAs = (code: string, detail?: string): unknown =>
  expect.objectContaining({ code, ...(detail === undefined ? {} : { detail }) })

describe('series', () => {
  test('all types share one, until the office decides otherwise; copies have their own', () => {
    expect(seriesIn(DEFAULT_NUMBERING)).toEqual([common, { key: 'copies' }])
    for (const { name } of COPY_TYPES) {
      expect(seriesOf(using({ scheme: 'per-type' }), name)).toEqual({ key: 'copies' })
    }
  })

  test('each type may have its own, or share with those of its group', async () => {
    const store = sendingOffice()
    expect(seriesIn(using({ scheme: 'per-type' }))).toHaveLength(DOCUMENT_TYPES.length + 1)
    saveNumbering(store, using({ scheme: 'groups', groups: [GROUP] }), MORNING)
    expect(await numbered(store, DECISION)).toBe('01/QĐ-UBND')
    expect(await numbered(store, LETTER)).toBe('01/UBND-VP')
    expect(await numbered(store, { typeName: 'Chỉ thị', codeNotation: 'CT-UBND' })).toBe('02/CT-UBND')
    expect(await numbered(store, NOTICE)).toBe('02/TB-UBND')
    expect(currentNumbering(store, MORNING).series).toEqual([
      { ...common, first: 1, next: 3, begun: true },
      { key: `group/${GROUP.id}`, name: GROUP.name, first: 1, next: 3, begun: true },
      { key: 'copies', first: 1, next: 1, begun: false },
    ])
  })

  test('a type belongs to one group', () => {
    const other = { ...GROUP, id: '5b0f3c1e-0000-4000-8000-000000000002' }
    expect(numberingRules.safeParse(using({ scheme: 'groups', groups: [GROUP, other] })).success).toBe(false)
  })

  test('the same number and notation are not printed twice when the series change within a year', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER)
    await numbered(store, DECISION)
    await numbered(store, LETTER)
    saveNumbering(store, using({ scheme: 'per-type' }), MORNING)
    expect(await numbered(store, LETTER)).toBe('04/UBND-VP')
    expect(await numbered(store, DECISION)).toBe('03/QĐ-UBND')
    expect(await numbered(store, NOTICE)).toBe('01/TB-UBND')
    await expect(numbered(store, DECISION, { wanted: 2 })).rejects.toEqual(
      refusedAs('document/number-taken', '2'),
    )
    expect(gapsOf(store, 2026).map(({ series, from, to, kind }) => [series.name, from, to, kind])).toEqual([
      [DECISION.typeName, 1, 2, 'elsewhere'],
      [LETTER.typeName, 1, 3, 'elsewhere'],
    ])
  })

  test('two types with one notation and a series each never print the same', async () => {
    const store = sendingOffice()
    saveNumbering(store, using({ scheme: 'per-type' }), MORNING)
    expect(await numbered(store, LETTER)).toBe('01/UBND-VP')
    expect(await numbered(store, { ...LETTER, typeName: 'Thư công' })).toBe('02/UBND-VP')
    const decomposed = { ...DECISION, codeNotation: DECISION.codeNotation.normalize('NFD') }
    expect(await numbered(store, DECISION)).toBe('01/QĐ-UBND')
    expect(await numbered(store, { ...decomposed, typeName: 'Quy định' })).toMatch(/^02/)
  })

  test('a group that gave numbers is kept, without its types, when the office drops it', async () => {
    const store = sendingOffice()
    saveNumbering(store, using({ scheme: 'groups', groups: [GROUP] }), MORNING)
    const id = await signedDocument(store, DECISION)
    giveNumber(store, id, {}, MORNING)
    voidNumber(store, id, 'Không ban hành nữa', MORNING)
    saveNumbering(store, using({}), MORNING)
    expect(currentNumbering(store, MORNING).rules.groups).toEqual([{ ...GROUP, types: [] }])
    expect(gapsOf(store, 2026)).toMatchObject([{ series: { name: GROUP.name }, kind: 'void' }])
  })

  test('an office that begins after a paper book goes on from its last number', async () => {
    const store = sendingOffice()
    saveNumbering(store, using({ starts: [{ series: 'outgoing', year: 2026, number: 57 }] }), MORNING)
    expect(await numbered(store, LETTER)).toBe('57/UBND-VP')
    await expect(numbered(store, LETTER, { wanted: 12 })).rejects.toEqual(refusedAs('document/number-taken'))
    expect(gapsOf(store, 2026)).toEqual([])
    const next = Date.UTC(2027, 0, 4, 1)
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, next)
    expect(codeOf(store, id)).toBe('01/UBND-VP')
  })

  test('where a series begins is settled by its first number', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER)
    expect(() => {
      saveNumbering(store, using({ starts: [{ series: 'outgoing', year: 2026, number: 57 }] }), MORNING)
    }).toThrow(refusedAs('numbering/in-use'))
    saveNumbering(store, using({ starts: [{ series: 'copies', year: 2026, number: 9 }] }), MORNING)
    saveNumbering(store, using({ starts: [{ series: 'outgoing', year: 2027, number: 3 }] }), MORNING)
    expect(await numbered(store, LETTER)).toBe('02/UBND-VP')
  })
})

describe('the year', () => {
  const NEW_YEAR = Date.UTC(2027, 0, 4, 1)

  test('is that of the day of issue, also for what is numbered after the turn of the year', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER)
    const [late, fresh] = [await signedDocument(store, LETTER), await signedDocument(store, LETTER)]
    giveNumber(store, late, { issuedDate: '2026-12-31' }, NEW_YEAR)
    giveNumber(store, fresh, {}, NEW_YEAR)
    expect([codeOf(store, late), codeOf(store, fresh)]).toEqual(['02/UBND-VP', '01/UBND-VP'])
  })

  test.each([
    ['2025-12-31', MORNING],
    ['2027-01-01', MORNING],
    ['2026-12-31', Date.UTC(2027, 1, 1, 1)],
    ['0026-11-23', MORNING],
  ])('%s is refused out of its time, and nothing is given', async (issuedDate, now) => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    expect(() => {
      giveNumber(store, id, { issuedDate }, now)
    }).toThrow(refusedAs('document/date-out-of-year'))
    expect(store.registers.held(id)).toBeUndefined()
    expect(previewNumber(store, id, { issuedDate }, now).wrongYear).toBe(true)
  })

  test('a day before that of a lower number is told, and not refused', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER, { issuedDate: '2026-11-20' })
    await numbered(store, LETTER, { wanted: 3, issuedDate: '2026-11-23', skips: LEFT_OUT })
    const id = await signedDocument(store, LETTER)
    expect(previewNumber(store, id, {}, MORNING)).toEqual({
      series: common,
      year: 2026,
      number: 4,
      held: false,
      taken: false,
      wrongYear: false,
    })
    expect(previewNumber(store, id, { issuedDate: '2026-11-21' }, MORNING)).toMatchObject({
      earlierThan: '2026-11-23',
    })
    expect(previewNumber(store, id, { wanted: 2, issuedDate: '2026-11-21' }, MORNING)).not.toHaveProperty(
      'earlierThan',
    )
    expect(previewNumber(store, id, { wanted: 2, issuedDate: '2026-11-24' }, MORNING)).toMatchObject({
      laterThan: '2026-11-23',
    })
    giveNumber(store, id, { issuedDate: '2026-11-21' }, MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ codeNumber: '04', issuedDate: '2026-11-21' })
  })
})

describe('a number stays with its document', () => {
  test('while it is put right: the same number, the new notation and day', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, MORNING)
    await putRight(store, id, { codeNotation: 'UBND-KT' })
    expect(previewNumber(store, id, {}, MORNING)).toMatchObject({ number: 1, held: true })
    expect(await numbered(store, LETTER)).toBe('02/UBND-VP')
    giveNumber(store, id, { issuedDate: '2026-11-24' }, MORNING)
    expect(store.outgoing.get(id)).toMatchObject({
      state: 'numbered',
      codeNumber: '01',
      issuedDate: '2026-11-24',
      fields: { codeNotation: 'UBND-KT' },
    })
  })

  test('and is given up only with a reason when it does not fit any more', async () => {
    const store = sendingOffice()
    saveNumbering(store, using({ scheme: 'per-type' }), MORNING)
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, MORNING)
    await putRight(store, id, DECISION)
    expect(previewNumber(store, id, {}, MORNING)).toMatchObject({
      held: false,
      misfit: { number: 1, year: 2026 },
    })
    expect(() => {
      giveNumber(store, id, {}, MORNING)
    }).toThrow(refusedAs('document/number-held', '01 (2026)'))
    voidNumber(store, id, 'Đổi tên loại văn bản', MORNING)
    await signAgain(store, id, DECISION)
    giveNumber(store, id, {}, MORNING)
    expect(codeOf(store, id)).toBe('01/QĐ-UBND')
    expect(gapsOf(store, 2026)).toEqual([
      {
        series: { key: 'type/Công văn', name: 'Công văn' },
        from: 1,
        to: 1,
        kind: 'void',
        reason: 'Đổi tên loại văn bản',
        by: 'Lê Thị Thử',
        at: MORNING,
        code: '01/UBND-VP',
      },
    ])
  })

  test('a number that is void is never given again', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, MORNING)
    voidNumber(store, id, 'Ghi nhầm', MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'signed', codeNumber: undefined })
    expect(() => {
      giveNumber(store, id, { wanted: 1 }, MORNING)
    }).toThrow(refusedAs('document/number-taken'))
    expect(await numbered(store, LETTER)).toBe('02/UBND-VP')
    expect(store.history.of('outgoing', id).at(-1)).toMatchObject({
      event: 'void',
      detail: { number: '01/UBND-VP', reason: 'Ghi nhầm', by: 'Lê Thị Thử' },
    })
  })

  test('a number that may stand on the signed page is void only together with the signature', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    reopen(store, id, MORNING)
    store.outgoing.move(id, 'freeze', MORNING)
    reserveNumber(store, id, MORNING)
    store.outgoing.move(id, 'sign', MORNING)
    giveNumber(store, id, {}, MORNING)
    expect(codeOf(store, id)).toBe('01/UBND-VP')
    voidNumber(store, id, 'Ghi nhầm', MORNING)
    expect(store.outgoing.get(id)).toMatchObject({ state: 'drafting', codeNumber: undefined })
    await signAgain(store, id, LETTER)
    giveNumber(store, id, {}, MORNING)
    expect(codeOf(store, id)).toBe('02/UBND-VP')
  })

  test('a draft that has one is discarded only with a reason', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, MORNING)
    reopen(store, id, MORNING)
    expect(() => {
      discard(store, id, MORNING)
    }).toThrow(refusedAs('document/number-held', '01'))
    expect(store.outgoing.get(id).state).toBe('drafting')
    discard(store, id, MORNING, 'Không ban hành nữa')
    expect(store.outgoing.get(id).state).toBe('discarded')
    expect(gapsOf(store, 2026)).toMatchObject([{ kind: 'void', reason: 'Không ban hành nữa' }])
  })

  test('what is sealed keeps it for good', async () => {
    const store = sendingOffice()
    const id = await signedDocument(store, LETTER)
    giveNumber(store, id, {}, MORNING)
    store.outgoing.move(id, 'seal', MORNING)
    expect(() => {
      voidNumber(store, id, 'Ghi nhầm', MORNING)
    }).toThrow(refusedAs('document/wrong-state'))
    expect(store.registers.held(id)?.number).toBe(1)
  })
})

describe('numbers that are passed over', () => {
  test('need a reason, which is kept with who gave it and when', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER)
    const id = await signedDocument(store, LETTER)
    expect(previewNumber(store, id, { wanted: 5 }, MORNING).skips).toEqual({ from: 2, to: 4 })
    expect(() => {
      giveNumber(store, id, { wanted: 5 }, MORNING)
    }).toThrow(refusedAs('document/gap-unexplained', '2–4'))
    expect(store.outgoing.get(id)).toMatchObject({ state: 'signed', codeNumber: undefined })
    giveNumber(store, id, { wanted: 5, skips: LEFT_OUT }, MORNING)
    const gap = { from: 2, to: 4, ...LEFT_OUT, by: 'Lê Thị Thử', at: MORNING }
    expect(gapsOf(store, 2026)).toEqual([{ series: common, ...gap }])
    const { at, ...told } = gap
    expect(store.history.of('office', 'numbering').at(-1)).toMatchObject({
      at,
      event: 'gap',
      detail: { series: 'outgoing', year: 2026, ...told },
    })
  })

  test('are no gap any more once given, and the rest keeps its reason', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER, { wanted: 4, skips: LEFT_OUT })
    expect(await numbered(store, LETTER, { wanted: 2 })).toBe('02/UBND-VP')
    expect(gapsOf(store, 2026)).toMatchObject([
      { from: 1, to: 1, ...LEFT_OUT },
      { from: 3, to: 3, ...LEFT_OUT },
    ])
    expect(store.history.of('office', 'numbering')).toHaveLength(1)
  })

  test('and given on paper are not given here', async () => {
    const store = sendingOffice()
    await numbered(store, LETTER, { wanted: 3, skips: PAPER })
    await expect(numbered(store, LETTER, { wanted: 2 })).rejects.toEqual(
      refusedAs('document/number-taken', '2'),
    )
    explainGap(store, 'outgoing', 2026, { from: 4, to: 5 }, PAPER, MORNING)
    expect(await numbered(store, LETTER)).toBe('06/UBND-VP')
  })

  test('a number that is given, lies before the first or far ahead cannot be explained away', async () => {
    const store = sendingOffice()
    saveNumbering(store, using({ starts: [{ series: 'outgoing', year: 2026, number: 10 }] }), MORNING)
    await numbered(store, LETTER)
    const explain = (from: number, to: number) => () => {
      explainGap(store, 'outgoing', 2026, { from, to }, PAPER, MORNING)
    }
    expect(explain(10, 10)).toThrow(refusedAs('document/number-taken', '10'))
    expect(explain(9, 9)).toThrow(refusedAs('document/number-taken', '9'))
    expect(explain(12, 13)).toThrow(refusedAs('document/gap-unexplained', '11'))
    expect(gapsOf(store, 2026)).toEqual([])
  })

  test('by an earlier version show as such, and can be explained later', () => {
    const store = sendingOffice()
    store.registers.take({ series: 'outgoing', year: 2026, documentId: 'a', wanted: 3 })
    expect(gapsOf(store, 2026)).toEqual([
      { series: common, from: 1, to: 2, kind: 'unexplained', reason: '', by: '' },
    ])
    explainGap(store, 'outgoing', 2026, { from: 1, to: 2 }, LEFT_OUT, MORNING)
    expect(gapsOf(store, 2026)).toMatchObject([{ from: 1, to: 2, ...LEFT_OUT }])
  })

  test('arrival numbers are none of these', () => {
    const store = sendingOffice()
    store.registers.take({ series: ARRIVALS, year: 2026, documentId: 'a', wanted: 3 })
    expect(gapsOf(store, 2026)).toEqual([])
  })
})

const CRASH = new Error('the power went')

/** What a clerk, or a crash in the midst of what he does, may do to one of the documents. */
const step = fc.record({
  document: fc.nat(4),
  act: fc.constantFrom(
    'next',
    'wanted',
    'filled',
    'void',
    'put-right',
    'discard',
    'crash',
    'rules',
    'next-year',
  ),
  wanted: fc.integer({ min: 1, max: 25 }),
  type: fc.constantFrom(LETTER, DECISION, NOTICE),
})

test('whatever happens in whatever order: no number twice, none lost without its reason', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const store = sendingOffice()
      const schemes: readonly NumberingRules[] = [
        DEFAULT_NUMBERING,
        using({ scheme: 'per-type' }),
        using({ scheme: 'groups', groups: [GROUP] }),
      ]
      const ids = await Promise.all(
        Array.from({ length: 5 }, (_, at) => signedDocument(store, [LETTER, DECISION, NOTICE][at % 3])),
      )
      const printed = new Map<string, DocumentId>()
      for (const { document, act, wanted, type } of steps) {
        const id = ids[document]
        if (id === undefined) throw new Error('there are five')
        try {
          switch (act) {
            case 'next':
            case 'next-year':
              giveNumber(store, id, {}, act === 'next' ? MORNING : Date.UTC(2027, 0, 4, 1))
              break
            case 'wanted':
              giveNumber(store, id, { wanted, skips: LEFT_OUT }, MORNING)
              break
            case 'filled':
              giveNumber(store, id, { wanted }, MORNING)
              break
            case 'crash':
              giveNumber(store, id, { wanted, skips: PAPER }, MORNING, () => {
                throw CRASH
              })
              break
            case 'void':
              voidNumber(store, id, 'Không ban hành nữa', MORNING)
              break
            case 'put-right':
              await putRight(store, id, type)
              break
            case 'discard':
              discard(store, id, MORNING, 'Không ban hành nữa')
              break
            case 'rules':
              saveNumbering(store, schemes[wanted % 3] ?? DEFAULT_NUMBERING, MORNING)
              break
          }
        } catch (cause) {
          // Refused, or undone by the crash: what was before stands, as the checks below tell.
          if (!(cause instanceof AppError) && cause !== CRASH) throw cause
        }
        const { state, codeNumber, fields, issuedDate = '' } = store.outgoing.get(id)
        if (state !== 'numbered') continue
        const code = `${issuedDate.slice(0, 4)} ${codeNumber ?? ''}/${fields.codeNotation}`
        expect(printed.get(code) ?? id).toBe(id)
        printed.set(code, id)
      }
      for (const year of [2026, 2027]) {
        const gaps = gapsOf(store, year)
        expect(gaps.filter(({ kind }) => kind === 'unexplained')).toEqual([])
        for (const { kind, reason } of gaps) expect(reason !== '' || kind === 'elsewhere').toBe(true)
      }
      for (const id of ids) {
        const { codeNumber } = store.outgoing.get(id)
        expect(store.registers.held(id)?.number).toBe(
          codeNumber === undefined ? undefined : Number(codeNumber),
        )
      }
    }),
    { numRuns: 15 },
  )
})
