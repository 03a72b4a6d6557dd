import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listedShortcuts } from '../../src/renderer/lib/shortcuts.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

/** The files that hold every word of the window. */
const WORDS = [
  read('src', 'renderer', 'text.vi.ts'),
  ...readdirSync(join(root, 'src', 'renderer', 'text')).map((file) => read('src', 'renderer', 'text', file)),
  read('src', 'shared', 'desktop.vi.ts'),
  read('src', 'shared', 'errors.vi.ts'),
  read('src', 'shared', 'practice.ts'),
  read('src', 'shared', 'register.vi.ts'),
  read('src', 'shared', 'verdict.vi.ts'),
].join('\n')

test('every word that the guide prints in bold stands in the window as it is', () => {
  const bold = [
    ...read('docs', 'user-guide.vi.md')
      .replace(/\s+/g, ' ')
      .matchAll(/\*\*(.+?)\*\*/g),
  ]
  const words = bold.flatMap(([, word]) => (word === undefined || word === 'in đậm' ? [] : [word]))
  expect(words.length).toBeGreaterThan(50)
  expect(words.filter((word) => !WORDS.includes(word))).toEqual([])
})

test('the guide lists the shortcuts that F1 lists', () => {
  const [, table = ''] = read('docs', 'user-guide.vi.md').split('## 13. Phím tắt')
  const rows = [...table.matchAll(/^\| (.+?) +\| \*\*(.+?)\*\* +\|$/gm)].map(([, keys, act]) => ({
    keys,
    act,
  }))
  expect(rows).toEqual(listedShortcuts().map(({ keys, act }) => ({ keys, act })))
})

test.each(['README.md', 'docs/user-guide.vi.md', 'docs/architecture.md', 'docs/hub-simulator.md'])(
  'everything that %s links to is there',
  (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].flatMap(
      ([, target]) => target ?? [],
    )
    const local = targets.filter((target) => !/^https?:/.test(target))
    expect(local.filter((target) => !existsSync(join(root, page, '..', target)))).toEqual([])
  },
)
