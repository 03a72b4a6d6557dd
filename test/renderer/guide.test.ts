import type { MarkedToken } from 'marked'
import { expect, test } from 'vitest'
import { chapterWith, CHAPTERS, known, pictureAddress } from '../../src/renderer/lib/guide.ts'
import { GUIDE_OF_PLACE, GUIDE_OF_WIZARD } from '../../src/renderer/lib/guide-places.ts'

const ANCHORS = CHAPTERS.flatMap(({ anchors }) => anchors)
/** What components/Guide.tsx shows; `space` is what stands between two blocks. */
const SHOWN = [
  'heading',
  'paragraph',
  'list',
  'table',
  'strong',
  'codespan',
  'link',
  'image',
  'text',
  'escape',
  'space',
]

/** Every token of the guide, the outer ones before those inside. */
function* everything(tokens: readonly MarkedToken[]): Generator<MarkedToken> {
  for (const token of tokens) {
    yield token
    if (token.type === 'list') for (const { tokens: item } of token.items) yield* everything(known(item))
    else if (token.type === 'table') {
      for (const { tokens: cell } of [...token.header, ...token.rows.flat()]) yield* everything(known(cell))
    } else if ('tokens' in token) yield* everything(known(token.tokens))
  }
}
const TOKENS = CHAPTERS.flatMap(({ blocks }) => [...everything(blocks)])

test('the guide has chapters, and no two headings bear one name', () => {
  expect(CHAPTERS.map(({ title }) => title)).toContain('5. Ký, cấp số và đóng dấu')
  expect(ANCHORS.filter((anchor, at) => ANCHORS.indexOf(anchor) !== at)).toEqual([])
})

test('every place of the window has its place in the guide', () => {
  const wanted = [...Object.values(GUIDE_OF_PLACE), GUIDE_OF_WIZARD]
  expect(wanted.filter((anchor) => !ANCHORS.includes(anchor))).toEqual([])
})

test('whatever stands in the guide can be shown', () => {
  expect(TOKENS.length).toBeGreaterThan(1000)
  expect([...new Set(TOKENS.map(({ type }) => type))].filter((type) => !SHOWN.includes(type))).toEqual([])
})

test('every link leads to a heading, every picture to a file', () => {
  const links = TOKENS.flatMap((token) => (token.type === 'link' ? [decodeURI(token.href)] : []))
  expect(links.length).toBeGreaterThan(3)
  expect(links.filter((href) => !ANCHORS.includes(href.replace('#', '')))).toEqual([])
  const images = TOKENS.flatMap((token) => (token.type === 'image' ? [token.href] : []))
  expect(images.length).toBeGreaterThan(10)
  expect(images.filter((href) => pictureAddress(href) === undefined)).toEqual([])
})

test('what is not there leads to the beginning', () => {
  expect(chapterWith('không có mục này')).toBe(CHAPTERS[0])
  expect(chapterWith('tìm-văn-bản')?.title).toBe('3. Cửa sổ làm việc')
})
