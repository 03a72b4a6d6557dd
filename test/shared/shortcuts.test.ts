import { expect, test } from 'vitest'
import { isPressed, pressed, SHORTCUTS, type Chord, type PressedKey } from '../../src/shared/shortcuts.ts'

const key = (name: string, held: Partial<PressedKey> = {}): PressedKey => ({
  key: name,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...held,
})

test('a shortcut is its key with exactly what is held down', () => {
  expect(isPressed('compose', key('n', { ctrlKey: true }))).toBe(true)
  for (const other of [
    key('n'),
    key('n', { ctrlKey: true, shiftKey: true }),
    key('n', { ctrlKey: true, altKey: true }),
    key('n', { ctrlKey: true, metaKey: true }),
    key('m', { ctrlKey: true }),
  ]) {
    expect(isPressed('compose', other)).toBe(false)
  }
})

test('caps lock changes nothing, and a sign is the same with Shift and without', () => {
  expect(isPressed('compose', key('N', { ctrlKey: true }))).toBe(true)
  expect(isPressed('enlarge', key('+', { ctrlKey: true, shiftKey: true }))).toBe(true)
  expect(isPressed('enlarge', key('+', { ctrlKey: true }))).toBe(true)
  expect(pressed(key('F6', { shiftKey: true }), 'nextPane', 'previousPane')).toBe('previousPane')
})

test('no two shortcuts that work everywhere share their keys', () => {
  const anywhere = [
    'compose',
    'goTo',
    'find',
    'settings',
    'lock',
    'help',
    'nextPane',
    'previousPane',
  ] as const
  const zoom = ['enlarge', 'shrink', 'usualSize'] as const
  const all = [...anywhere, ...zoom].flatMap((name): readonly Chord[] => SHORTCUTS[name])
  const names = all.map(({ key: name, ctrl, shift }) => JSON.stringify([name, ctrl, shift]))
  expect(new Set(names).size).toBe(names.length)
})
