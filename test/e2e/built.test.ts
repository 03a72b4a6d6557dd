import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What must hold of the files that a build makes, whoever starts them. */
const out = resolve(import.meta.dirname, '../../out')
const read = (...path: readonly string[]): string => readFileSync(join(out, ...path), 'utf8')

/** Parses the files named as modules, and names the one that is none. */
const PARSE = `for (const file of process.argv.slice(1))
  new (require('node:vm').SourceTextModule)(require('node:fs').readFileSync(file, 'utf8'), { identifier: file })`

describe('the built app', () => {
  test('has a bridge that needs nothing but Electron, so the window can be sandboxed', () => {
    const needed = [...read('preload', 'index.cjs').matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)]
    expect(new Set(needed.map(([, name]) => name))).toEqual(new Set(['electron']))
  })

  test('has a page without scripts or styles of its own, and nothing from elsewhere', () => {
    const page = read('renderer', 'index.html')
    const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)]
    expect(scripts.length).toBeGreaterThan(0)
    for (const [, attributes, text] of scripts) {
      expect(attributes).toMatch(/src="\.\//)
      expect(text).toBe('')
    }
    expect(page).not.toMatch(/<style|\son\w+=|(?:src|href)="(?:https?:)?\/\//)
  })

  test('can be read as the modules it says it is made of', () => {
    const files = globSync('{main,cli,hub-sim}/**/*.js', { cwd: out })
    expect(files.length).toBeGreaterThan(20)
    execFileSync(process.execPath, ['--experimental-vm-modules', '--no-warnings', '-e', PARSE, ...files], {
      cwd: out,
    })
  })

  test('never carries a native add-on inside a bundle', () => {
    const main = globSync('main/**/*.js', { cwd: out }).map((file) => read(file))
    expect(main.some((text) => /from\s*["']better-sqlite3["']/.test(text))).toBe(true)
    expect(main.some((text) => /["'`]pkcs11js["'`]/.test(text))).toBe(true)
    expect(globSync('**/*.node', { cwd: out })).toEqual([])
  })

  test('starts no engine code in the hub it practises against', () => {
    const sources = globSync('hub-sim/**/*.map', { cwd: out }).flatMap((file) => sourcesOf(read(file)))
    expect(sources.some((source) => source.includes('src/hub-sim/'))).toBe(true)
    expect(sources.filter((source) => /src\/(?:engine|signer|main|renderer)\//.test(source))).toEqual([])
  })
})

function sourcesOf(map: string): string[] {
  const { sources } = JSON.parse(map) as { sources: string[] }
  return sources
}
