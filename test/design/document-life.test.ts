import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { documentLife } from '../../scripts/document-life.mjs'

const root = join(import.meta.dirname, '..', '..')

test('the page about the life of a document says what the tables say', async () => {
  expect(readFileSync(join(root, 'docs', 'document-life.md'), 'utf8')).toBe(await documentLife())
})

test.each(['outgoing', 'incoming'])('every file named beside an arrow of the %s table is there', (stage) => {
  const table = readFileSync(join(root, 'src', 'shared', 'document', `${stage}.ts`), 'utf8')
  const rows = table.split('\n').filter((line) => /^ {2}\w+: \{.*\/\/ /.test(line))
  const named = rows.flatMap((line) => line.slice(line.indexOf('//')).match(/\w+\.ts\b/g) ?? [])
  expect(named).not.toEqual([])
  expect(named.filter((file) => !existsSync(join(root, 'src', 'engine', stage, file)))).toEqual([])
})
