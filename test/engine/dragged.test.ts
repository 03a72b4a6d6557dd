import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { draggedFiles } from '../../src/engine/dragged.ts'
import { folder } from '../store/office.ts'

function place() {
  const dir = folder()
  const due: (() => void)[] = []
  const log: string[] = []
  const timer = (_afterMs: number, callback: () => void) => {
    due.push(callback)
    return () => undefined
  }
  return { dir, due, log, dragged: draggedFiles({ dir, timer, log: (_level, text) => void log.push(text) }) }
}

test('a dragged file is laid out under its name, for this user alone, and goes after a while', async () => {
  const { dragged, due } = place()
  const path = await dragged.lay('Công văn 07.pdf', Buffer.from('%PDF'))
  const other = await dragged.lay('Công văn 07.pdf', Buffer.from('%PDF 2'))
  expect(basename(path)).toBe('Công văn 07.pdf')
  expect(readFileSync(path, 'utf8')).toBe('%PDF')
  expect(statSync(path).mode & 0o077).toBe(0)
  expect(statSync(join(path, '..')).mode & 0o077).toBe(0)
  due[0]?.()
  await expect.poll(() => existsSync(path)).toBe(false)
  expect(existsSync(other)).toBe(true)
})

test('no name leads out of the folder', async () => {
  const { dir, dragged } = place()
  const path = await dragged.lay('../../../etc/cron.d/x', Buffer.from(''))
  expect(path.startsWith(join(dir, 'dragged'))).toBe(true)
  expect(basename(path)).toBe('x')
})

test('nothing stays when the office is closed, or of a start that ended badly', async () => {
  const { dir, dragged } = place()
  mkdirSync(join(dir, 'dragged', 'old'), { recursive: true })
  writeFileSync(join(dir, 'dragged', 'old', 'left.pdf'), '%PDF')
  await dragged.start()
  expect(readdirSync(dir)).toEqual([])
  await dragged.lay('a.pdf', Buffer.from('%PDF'))
  await dragged.stop()
  expect(readdirSync(dir)).toEqual([])
})
