import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'

import source from '../../../docs/user-guide.vi.md?raw'

/** A chapter of the user guide. */
export interface Chapter {
  readonly anchor: string
  readonly title: string
  readonly blocks: readonly MarkedToken[]
  /** Anchors of its headings, its own first. */
  readonly anchors: readonly string[]
}

const CHAPTER_DEPTH = 2
const pictures = import.meta.glob<string>('../../../docs/images/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** The user guide, in its order; what stands before the first chapter is for readers of the whole. */
export const CHAPTERS: readonly Chapter[] = chaptersOf(known(lexer(source)))

/** How links name a heading: as GitHub does, so that the guide reads the same there. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
}

/** The chapter with that heading, or the first where there is none. */
export function chapterWith(anchor: string): Chapter | undefined {
  return CHAPTERS.find(({ anchors }) => anchors.includes(anchor)) ?? CHAPTERS[0]
}

/** Address of a picture that the guide names by its path. */
export function pictureAddress(path: string): string | undefined {
  return pictures[`../../../docs/${path}`]
}

/** The parts of a token. Only extensions make tokens of other kinds, and there are none here. */
export function known(tokens: readonly Token[] | undefined): readonly MarkedToken[] {
  return (tokens ?? []) as readonly MarkedToken[]
}

function chaptersOf(blocks: readonly MarkedToken[]): Chapter[] {
  const starts = blocks.flatMap((block, at) =>
    isHeading(block) && block.depth === CHAPTER_DEPTH ? [at] : [],
  )
  return starts.flatMap((start, index) => {
    const own = blocks.slice(start, starts[index + 1])
    const [first, ...rest] = own
    if (first === undefined || !isHeading(first)) return []
    const anchors = own.filter(isHeading).map(({ text }) => anchorOf(text))
    return [{ anchor: anchorOf(first.text), title: first.text, blocks: rest, anchors }]
  })
}

function isHeading(block: MarkedToken): block is Tokens.Heading {
  return block.type === 'heading'
}
