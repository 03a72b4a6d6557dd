import { type BaseBlock, fromBER } from 'asn1js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  concat,
  DerError,
  type Element,
  encode,
  rawElements,
  readElement,
} from '../../src/engine/signing/der.ts'

/** What is to be written: a tag with octets or with children. */
type Tree = readonly [tag: number, content: Uint8Array | readonly Tree[]]

const OCTET_STRING = 0x04
const SEQUENCE = 0x30

/** Octet strings, sequences, sets and context tags: kinds whose content means nothing to a reader. */
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(fc.constantFrom(OCTET_STRING, 0x80, 0x81), fc.uint8Array({ maxLength: 300 })),
    fc.tuple(fc.constantFrom(SEQUENCE, 0x31, 0xa0, 0xa3), fc.array(tie('tree'), { maxLength: 4 })),
  ),
})).tree

function definite([tag, content]: Tree): Uint8Array {
  return content instanceof Uint8Array ? encode(tag, content) : encode(tag, ...content.map(definite))
}

function indefinite([tag, content]: Tree): Uint8Array {
  if (content instanceof Uint8Array) return encode(tag, content)
  return concat([Uint8Array.of(tag, 0x80), ...content.map(indefinite), Uint8Array.of(0, 0)])
}

function treeOf({ tag, content, children }: Element): Tree {
  return [tag, (tag & 0x20) === 0 ? Uint8Array.from(content) : children.map(treeOf)]
}

/** The same as another reader sees it; undefined where it refuses. */
function judged(bytes: Uint8Array): { readonly tree: Tree; readonly length: number } | undefined {
  try {
    const { offset, result } = fromBER(bytes, { parseEmbedded: false })
    return offset === -1 ? undefined : { tree: judgedTree(result), length: offset }
  } catch {
    return undefined
  }
}

function judgedTree(block: BaseBlock): Tree {
  const { tagClass, tagNumber, isConstructed } = block.idBlock
  const tag = ((tagClass - 1) << 6) | (isConstructed ? 0x20 : 0) | tagNumber
  const header = block.idBlock.blockLength + block.lenBlock.blockLength
  if (!isConstructed) return [tag, Uint8Array.from(block.valueBeforeDecodeView.subarray(header))]
  const { value } = block.valueBlock as unknown as { readonly value: readonly BaseBlock[] }
  return [tag, value.map(judgedTree)]
}

function read(bytes: Uint8Array): Element | undefined {
  try {
    return readElement(bytes)
  } catch (cause) {
    if (cause instanceof DerError) return undefined
    throw cause
  }
}

describe('one element', () => {
  test('is read as it was written, with lengths known or not', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(treeOf(readElement(definite(tree)))).toEqual(tree)
        expect(treeOf(readElement(indefinite(tree)))).toEqual(tree)
      }),
    )
  })

  test('with a byte changed is refused, or read as another reader reads it', () => {
    let accepted = 0
    fc.assert(
      fc.property(trees, fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), (tree, long, at, mask) => {
        const bytes = long ? indefinite(tree) : definite(tree)
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ mask
        const ours = read(bytes)
        const theirs = judged(bytes)
        if (ours === undefined || theirs === undefined || theirs.length !== bytes.length) return
        accepted += 1
        expect(treeOf(ours)).toEqual(theirs.tree)
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test.each([
    ['nothing', []],
    ['a tag alone', [0x30]],
    ['a length that is cut off', [0x30, 0x82, 0x01]],
    ['less than its length', [0x04, 0x05, 1, 2]],
    ['more than its length', [0x04, 0x01, 1, 2]],
    ['a child that reaches beyond it', [0x30, 0x03, 0x04, 0x05, 1, 2, 3, 4, 5]],
    ['a child of no known length that ends beyond it', [0x30, 0x03, 0x30, 0x80, 0x00, 0x00]],
    ['no end of contents', [0x30, 0x80, 0x04, 0x01, 1]],
    ['a primitive without a length', [0x04, 0x80, 1, 0, 0]],
    ['an end of contents where none belongs', [0x30, 0x02, 0x00, 0x00]],
    ['a tag of several bytes', [0x3f, 0x81, 0x01, 0x00]],
    ['a length of 2^64', [0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('that is %s is refused', (_name, bytes) => {
    expect(() => readElement(Uint8Array.from(bytes))).toThrow(DerError)
  })

  test('is refused when it is deeper, larger or in more pieces than a signature can be', () => {
    let deep: Uint8Array = encode(OCTET_STRING)
    for (let depth = 0; depth < 41; depth += 1) deep = encode(SEQUENCE, deep)
    expect(() => readElement(deep)).toThrow('nested too deeply')
    const many = encode(
      SEQUENCE,
      new Uint8Array(100_000).fill(5).map((_, at) => (at % 2 === 0 ? 5 : 0)),
    )
    expect(() => readElement(many)).toThrow('too many elements')
    const large = encode(OCTET_STRING, new Uint8Array((8 << 20) + 1))
    expect(() => readElement(large)).toThrow('longer than our limit')
  })
})

test('a list is gone through one element at a time, in DER only', () => {
  const list = concat([encode(OCTET_STRING, Uint8Array.of(1)), encode(SEQUENCE)])
  expect([...rawElements(list)].map(({ tag, bytes }) => [tag, bytes.length])).toEqual([
    [OCTET_STRING, 3],
    [SEQUENCE, 2],
  ])
  expect(() => [...rawElements(Uint8Array.of(0x30, 0x80, 0, 0))]).toThrow('indefinite')
})
