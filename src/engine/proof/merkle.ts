import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

/**
 * The Merkle tree of RFC 6962 (Certificate Transparency) over a list of SHA-256 hashes. It proves that some
 * of them stand at their places in a list whose root is known, without showing the others.
 *
 * @source RFC 6962 section 2.1; verification as in RFC 9162 section 2.1.3.2
 */

/** How many nodes are hashed before others get their turn: a few milliseconds. */
const NODES_IN_A_ROW = 2_000

/** A list of hashes, ready to prove its members. All hashes are lower-case hex. */
export interface MerkleTree {
  readonly size: number
  readonly root: string
  /** The hashes beside the way from the leaf at `index` (from 0) up to the root. */
  path(index: number): string[]
}

/** Builds the tree of at least one hash, letting others work in between. */
export async function merkleTree(hashes: readonly string[]): Promise<MerkleTree> {
  if (hashes.length === 0) throw new RangeError('a tree has at least one leaf')
  let done = 0
  const rest = async () => {
    done += 1
    if (done % NODES_IN_A_ROW === 0) await setImmediate()
  }
  const leaves: Buffer[] = []
  for (const one of hashes) {
    leaves.push(leafOf(one))
    await rest()
  }
  const levels = [leaves]
  for (let level = leaves; level.length > 1;) {
    const above: Buffer[] = []
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index], level[index + 1]]
      // A node without a neighbour goes up as it is.
      if (left !== undefined) above.push(right === undefined ? left : nodeOf(left, right))
      await rest()
    }
    levels.push(above)
    level = above
  }
  return {
    size: hashes.length,
    root: levels.at(-1)?.[0]?.toString('hex') ?? '',
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= hashes.length) {
        throw new RangeError(`no leaf ${String(index)}`)
      }
      return levels.slice(0, -1).flatMap((level, height) => {
        const beside = level[Math.floor(index / 2 ** height) ^ 1]
        return beside === undefined ? [] : [beside.toString('hex')]
      })
    },
  }
}

/** Whether a hash stands at `index` (from 0) in the list of `size` hashes that has this root. */
export function isInTree(
  leaf: string,
  index: number,
  path: readonly string[],
  tree: { readonly size: number; readonly root: string },
): boolean {
  const { size, root } = tree
  if (!Number.isInteger(index) || index < 0 || index >= size) return false
  let position = index
  let last = size - 1
  let node = leafOf(leaf)
  for (const beside of path) {
    if (last === 0) return false
    const other = Buffer.from(beside, 'hex')
    if (position % 2 === 1 || position === last) {
      node = nodeOf(other, node)
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2)
        last = Math.floor(last / 2)
      }
    } else {
      node = nodeOf(node, other)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && node.toString('hex') === root
}

function leafOf(hex: string): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from([0]), Buffer.from(hex, 'hex')]), 'buffer')
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from([1]), left, right]), 'buffer')
}
