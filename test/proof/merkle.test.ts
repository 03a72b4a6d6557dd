import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isInTree, merkleTree } from '../../src/engine/proof/merkle.ts'

const hashes = (count: number) =>
  Array.from({ length: count }, (_, index) => createHash('sha256').update(String(index)).digest('hex'))

test.each([
  [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
])('the root of %i leaves is that of Certificate Transparency’s own tests', async (count, root) => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
  leaves.push('606162636465666768696a6b6c6d6e6f')
  expect((await merkleTree(leaves.slice(0, count))).root).toBe(root)
})

test('every leaf of every small tree is proven at its place, and nowhere else', async () => {
  for (let count = 1; count <= 33; count += 1) {
    const list = hashes(count)
    const tree = await merkleTree(list)
    for (const [index, leaf] of list.entries()) {
      const path = tree.path(index)
      expect(isInTree(leaf, index, path, tree), `${String(index)} of ${String(count)}`).toBe(true)
      expect(isInTree(leaf, index + 1, path, tree)).toBe(false)
      expect(isInTree(leaf, index, path.slice(1), tree)).toBe(count === 1)
      expect(isInTree(leaf, index, [...path, leaf], tree)).toBe(false)
    }
  }
})

test('another leaf, another root, another hash on the way: nothing is proven', async () => {
  const list = hashes(1_000)
  const tree = await merkleTree(list)
  const other = createHash('sha256').update('other').digest('hex')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.nat(), (index, at) => {
      const leaf = list[index] ?? ''
      const path = tree.path(index)
      expect(isInTree(leaf, index, path, tree)).toBe(true)
      expect(isInTree(other, index, path, tree)).toBe(false)
      expect(isInTree(leaf, index, path, { ...tree, root: other })).toBe(false)
      const bent = path.map((one, height) => (height === at % path.length ? other : one))
      expect(isInTree(leaf, index, bent, tree)).toBe(false)
    }),
    { numRuns: 200 },
  )
})
