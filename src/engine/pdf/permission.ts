/** What a signature forbids to those who come after it: DocMDP, FieldMDP and field locks (ISO 32000-2, 12.8.2). */
import type { PdfDocument } from './document.ts'
import { isArray, isNamed, PdfDict, PdfName, textOf } from './syntax.ts'
import type { PdfValue } from './syntax.ts'

/** 1: no changes; 2: filling forms and signing; 3: annotations too. */
export type ChangeLevel = 1 | 2 | 3

/** Which fields may no longer be filled. */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly fields: readonly string[]
}

export interface Permission {
  /** Undefined when the signature says nothing. */
  readonly level: ChangeLevel | undefined
  /** The level of a certification signature (DocMDP), apart from a mere field lock. */
  readonly docMdp: ChangeLevel | undefined
  readonly locks: readonly FieldLock[]
}

/** Reads what a signed field forbids; an unsigned one forbids nothing. */
export async function permissionOf(document: PdfDocument, field: PdfDict): Promise<Permission> {
  const signature = await document.resolveDict(field.get('V'))
  if (signature === undefined) return { level: undefined, docMdp: undefined, locks: [] }
  const locks: FieldLock[] = []
  let docMdp: ChangeLevel | undefined
  for (const item of (await document.resolveArray(signature.get('Reference'))) ?? []) {
    const reference = await document.resolveDict(item)
    if (reference === undefined) continue
    const method = await document.resolve(reference.get('TransformMethod'))
    const parameters = (await document.resolveDict(reference.get('TransformParams'))) ?? new PdfDict()
    // Without /P a DocMDP means level 2.
    if (isNamed(method, 'DocMDP')) docMdp = levelOf(await document.resolve(parameters.get('P'))) ?? 2
    if (isNamed(method, 'FieldMDP')) locks.push(await lockOf(document, parameters))
  }
  const lock = await document.resolveDict(field.get('Lock'))
  let level = docMdp
  if (lock !== undefined) {
    locks.push(await lockOf(document, lock))
    const locked = levelOf(await document.resolve(lock.get('P')))
    if (locked !== undefined) level = level === undefined || locked < level ? locked : level
  }
  return { level, docMdp, locks }
}

function levelOf(value: PdfValue): ChangeLevel | undefined {
  return value === 1 || value === 2 || value === 3 ? value : undefined
}

async function lockOf(document: PdfDocument, dict: PdfDict): Promise<FieldLock> {
  const action = await document.resolve(dict.get('Action'))
  const fields = await document.resolve(dict.get('Fields'))
  const names: string[] = []
  for (const item of isArray(fields) ? fields : []) {
    const name = textOf(await document.resolve(item))
    if (name !== undefined) names.push(name)
  }
  const known = action instanceof PdfName && (action.name === 'Include' || action.name === 'Exclude')
  return { action: known ? (action.name === 'Include' ? 'Include' : 'Exclude') : 'All', fields: names }
}

/** Whether a lock names a field or one of its parents. */
export function isLocked(lock: FieldLock, fieldName: string): boolean {
  if (lock.action === 'All') return true
  const isListed = lock.fields.some((name) => fieldName === name || fieldName.startsWith(`${name}.`))
  return lock.action === 'Include' ? isListed : !isListed
}
