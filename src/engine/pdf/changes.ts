/**
 * What was changed in a PDF after a signature, and whether that is allowed. Only what is known to be
 * harmless is: further signatures with their fields and widgets, validation data (DSS), document time
 * stamps, empty form fields that were filled, document properties (ISO 32000-2, 12.8.2.2; ETSI EN 319 142-1, 5.5).
 * Whatever is not understood is not allowed.
 *
 * Objects are told apart by what the signed state used them for, because a forger chooses what a new
 * object claims to be, but cannot choose what the signer signed.
 */
import { changedObjects, differingKeys, sameValue, usagesOf } from './compare.ts'
import type { ChangedObject, Usage } from './compare.ts'
import type { FormField, PdfDocument } from './document.ts'
import { isLocked, permissionOf } from './permission.ts'
import type { FieldLock } from './permission.ts'
import { isArray, isNamed, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from './syntax.ts'
import type { PdfValue } from './syntax.ts'
import { formatVersion, versionOf } from './version.ts'
import { objectHeaders } from './xref.ts'

export type ChangeKind =
  'page' | 'content' | 'annotation' | 'action' | 'form-field' | 'signature' | 'dss' | 'metadata' | 'other'

/** One object that is not what it was when the signature was made. */
export interface PdfChange {
  /** 0 stands for the file itself. */
  readonly objectNumber: number
  readonly kind: ChangeKind
  readonly allowed: boolean
  /** English, for logs and reports. */
  readonly reason: string
}

/** What a signature field and its widget may hold. No action (A, AA), no other type. */
const SIGNATURE_FIELD_KEYS = new Set(
  'Type Subtype FT T TU TM V DV P F Ff Rect AP AS MK Border BS C DA DR Q M NM Kids Parent Lock SV StructParent H'.split(
    ' ',
  ),
)
/** What filling a field, or signing an empty one, may touch. */
const FILLED_KEYS = new Set(['V', 'AP', 'AS', 'M', 'I', 'RV'])
/** Ticking a box chooses among its drawings; it never brings one. */
const TICKED_KEYS = new Set(['V', 'AS', 'M'])
const DSS_KEYS = new Set(['Type', 'VRI', 'OCSPs', 'CRLs', 'Certs', 'Cert', 'CRL', 'OCSP', 'TU', 'TS'])
const DSS_STREAM_KEYS = new Set(['Type', 'Length', 'Filter', 'DecodeParms'])
const CLAIM_DEPTH = 50
/** White space behind the last end of a file is allowed up to here. */
const TAIL_BYTES = 4096

/** All changes from the signed state to the present one, both read from the same file. */
export async function changesSince(signed: PdfDocument, present: PdfDocument): Promise<PdfChange[]> {
  const wholeFile = (reason: string): PdfChange[] => [
    { objectNumber: 0, kind: 'other', allowed: false, reason },
  ]
  if (signed.xref.isRebuilt || present.xref.isRebuilt) return wholeFile('the cross-reference is broken')
  if (!sameValue(signed.xref.trailer.get('Root'), present.xref.trailer.get('Root'))) {
    return wholeFile('the file has another catalogue')
  }
  if (present.isEncrypted !== signed.isEncrypted) return wholeFile('the encryption was changed')
  // Old readers and new ones would see different documents; no signing program appends such a section.
  const isHybridAdded = present.xref.sections.some(
    ({ offset, trailer }) => offset >= signed.reader.size && trailer.get('XRefStm') !== null,
  )
  if (isHybridAdded) return wholeFile('a hybrid cross-reference was added')
  // An object that the signed bytes leave open could be ended by what follows them.
  if (!(await endsClean(signed))) return wholeFile('the signed bytes do not end as a document does')
  if (!(await endsClean(present))) return wholeFile('something else follows the end of the document')
  const changed = await changedObjects(signed, present)
  const unlisted = await unlistedObjects(signed, present)
  if (changed.size === 0) return unlisted
  const judge = new Judge(signed, present, changed, await usagesOf(signed, changed))
  return [...(await judge.verdicts()), ...unlisted]
}

/** Whether nothing but white space follows the last `startxref … %%EOF`. */
async function endsClean({ reader }: PdfDocument): Promise<boolean> {
  const tail = Buffer.from(await reader.bytes(reader.size - TAIL_BYTES, TAIL_BYTES)).toString('latin1')
  const end = tail.slice(Math.max(0, tail.lastIndexOf('startxref')))
  return /^startxref\s+\d+\s*(%%EOF[\s\0]*)*$/.test(end)
}

class Judge {
  private readonly signed: PdfDocument
  private readonly present: PdfDocument
  private readonly changed: ReadonlyMap<number, ChangedObject>
  private readonly usages: ReadonlyMap<number, readonly Usage[]>
  private readonly found = new Map<number, PdfChange>()
  /** Fields and widgets, by object number, of the signed state. */
  private readonly oldFields = new Map<number, FormField>()
  /** New signature fields and their widgets that passed. */
  private readonly newFields = new Set<number>()
  private readonly newWidgets = new Set<number>()
  private readonly signatureValues = new Set<number>()
  private readonly dss = new Set<number>()
  private readonly locks: FieldLock[] = []
  /** A certification or a lock of level 1: nothing may follow but validation data and time stamps. */
  private isFinal = false
  private readonly root: number
  private form: number | undefined

  constructor(
    signed: PdfDocument,
    present: PdfDocument,
    changed: ReadonlyMap<number, ChangedObject>,
    usages: ReadonlyMap<number, readonly Usage[]>,
  ) {
    this.signed = signed
    this.present = present
    this.changed = changed
    this.usages = usages
    const root = signed.xref.trailer.get('Root')
    this.root = root instanceof PdfRef ? root.number : -1
  }

  async verdicts(): Promise<PdfChange[]> {
    await this.learnSignedState()
    for await (const field of this.present.allFields()) {
      if (!this.oldFields.has(field.ref.number)) await this.judgeNewField(field)
    }
    for (const [number, object] of this.changed) {
      if (!this.isUsed(number) || this.found.has(number)) continue
      await this.judgeUsed(number, object)
      if (!this.found.has(number)) this.note(number, 'other', false, 'an object was changed')
    }
    for (const [number, object] of this.changed) {
      if (!this.isUsed(number) && !this.found.has(number)) this.judgeUnused(number, object.after)
    }
    return [...this.found.values()]
  }

  private note(objectNumber: number, kind: ChangeKind, allowed: boolean, reason: string): void {
    const earlier = this.found.get(objectNumber)
    if (earlier?.allowed === false) return
    this.found.set(objectNumber, { objectNumber, kind, allowed, reason })
  }

  private isUsed(number: number): boolean {
    return (this.usages.get(number) ?? []).length > 0
  }

  /** New in the present state, and nothing in the signed one refers to its number. */
  private isNew(number: number): boolean {
    return this.changed.has(number) && !this.isUsed(number)
  }

  private async learnSignedState(): Promise<void> {
    for await (const field of this.signed.allFields()) {
      this.oldFields.set(field.ref.number, field)
      for (const widget of field.widgets) this.oldFields.set(widget.ref.number, field)
      if (field.type !== 'Sig') continue
      const permission = await permissionOf(this.signed, field.dict)
      this.locks.push(...permission.locks)
      if (permission.level === 1) this.isFinal = true
    }
    const catalog = await this.signed.catalog()
    const form = catalog.get('AcroForm')
    if (form instanceof PdfRef) this.form = form.number
    await this.learnDss(catalog.get('DSS'), 0)
  }

  private async learnDss(value: PdfValue, depth: number): Promise<void> {
    if (depth > 6) return
    if (value instanceof PdfRef) {
      if (this.dss.has(value.number)) return
      this.dss.add(value.number)
      await this.learnDss(await this.signed.resolve(value), depth + 1)
    } else if (isArray(value)) {
      for (const item of value) await this.learnDss(item, depth + 1)
    } else if (value instanceof PdfDict) {
      for (const item of value.entries.values()) await this.learnDss(item, depth + 1)
    }
  }

  /** Accepts everything new that a value leads to; what the signed state knew is judged by its own use. */
  private async claim(value: PdfValue, kind: ChangeKind, reason: string, depth = 0): Promise<void> {
    if (depth > CLAIM_DEPTH) return
    if (value instanceof PdfRef) {
      if (!this.isNew(value.number) || this.found.has(value.number)) return
      this.note(value.number, kind, true, reason)
      await this.claim(await this.present.object(value.number), kind, reason, depth + 1)
    } else if (isArray(value)) {
      for (const item of value) await this.claim(item, kind, reason, depth + 1)
    } else if (value instanceof PdfDict) {
      for (const item of value.entries.values()) await this.claim(item, kind, reason, depth + 1)
    } else if (value instanceof PdfStream) {
      await this.claim(value.dict, kind, reason, depth + 1)
    }
  }

  private async judgeNewField(field: FormField): Promise<void> {
    const { number } = field.ref
    if (!this.isNew(number)) return
    if (field.type !== 'Sig') {
      this.note(number, 'form-field', false, 'a form field was added')
      return
    }
    const dicts = [field.dict, ...field.widgets.map((widget) => widget.dict)]
    const strange = dicts
      .flatMap((dict) => [...dict.entries.keys()])
      .find((key) => !SIGNATURE_FIELD_KEYS.has(key))
    const areWidgetsNew = field.widgets.every(({ ref }) => this.isNew(ref.number))
    const isPlain = dicts.every((dict) => dict.repeatedKeys.size === 0)
    if (strange !== undefined || !areWidgetsNew || !isPlain || field.dict.get('Parent') !== null) {
      this.note(
        number,
        'signature',
        false,
        `a signature field was added with ${strange ?? 'another object as its widget'}`,
      )
      return
    }
    if (!(await this.judgeSignatureValue(number, field, dicts))) return
    this.newFields.add(number)
    for (const { ref } of field.widgets) this.newWidgets.add(ref.number)
    const reason = 'a further signature'
    this.note(number, 'signature', true, reason)
    for (const dict of dicts) await this.claim(dict, 'signature', reason)
  }

  /**
   * A new field without a signature, or with a time stamp that no person answers for, must not show
   * anything; any other must bring a signature of its own, which is then judged like the first.
   */
  private async judgeSignatureValue(
    number: number,
    field: FormField,
    dicts: readonly PdfDict[],
  ): Promise<boolean> {
    const value = field.dict.get('V')
    const signature = await this.present.resolve(value)
    if (signature === null) {
      if (dicts.every(isInvisible)) return true
      this.note(number, 'signature', false, 'an unsigned field was added that shows something')
      return false
    }
    if (value instanceof PdfRef) {
      if (!this.isNew(value.number) || this.signatureValues.has(value.number)) {
        this.note(number, 'signature', false, 'a field was added that borrows another signature')
        return false
      }
      this.signatureValues.add(value.number)
    }
    if (!(signature instanceof PdfDict) || !(signature.get('Contents') instanceof PdfString)) {
      this.note(number, 'signature', false, 'a field was added whose value is no signature')
      return false
    }
    const isTimeStamp = isNamed(await this.present.resolve(signature.get('Type')), 'DocTimeStamp')
    if (isTimeStamp && !dicts.every(isInvisible)) {
      this.note(number, 'signature', false, 'a document time stamp was added that shows something')
      return false
    }
    if (this.isFinal && !isTimeStamp) {
      this.note(number, 'signature', false, 'a certification allows no further signature')
      return false
    }
    return true
  }

  private async judgeUsed(number: number, object: ChangedObject): Promise<void> {
    const { before, after } = object
    const places = this.usages.get(number) ?? []
    const isOnlyAt = (isThere: (usage: Usage) => boolean) => places.every(isThere)
    const field = this.oldFields.get(number)
    if (number === this.root) return this.judgeCatalog(before, after)
    if (isPage(before)) return this.judgePage(number, before, after)
    if (number === this.form && isOnlyAt(({ from, path }) => from === this.root && path === '/AcroForm')) {
      return this.judgeForm(number, before, after)
    }
    if (field !== undefined) return this.judgeField(number, field, before, after)
    if (isArray(before) && isArray(after)) {
      const pages = await this.areAnnotationsOfPages(places)
      if (pages) {
        this.judgeAnnotations(number, before, after)
        return
      }
      if (isOnlyAt((usage) => this.isFieldList(usage))) {
        this.judgeFieldList(number, before, after)
        return
      }
    }
    if (
      this.dss.has(number) &&
      isOnlyAt(({ from, path }) => this.dss.has(from) || (from === this.root && path.startsWith('/DSS')))
    ) {
      return this.judgeDss(number, after)
    }
    if (isOnlyAt(({ from, path }) => from === 0 && path === '/Info') && after instanceof PdfDict) {
      this.note(number, 'metadata', true, 'the document properties were changed')
      return
    }
    if (
      isOnlyAt(({ from, path }) => from === this.root && path === '/Metadata') &&
      after instanceof PdfStream
    ) {
      this.note(number, 'metadata', true, 'the document properties were changed')
      return
    }
    if (isOnlyAt(({ from, path }) => from === this.form && path === '/DR')) {
      if (await this.isSuperset(before, after, 2)) {
        this.note(number, 'form-field', true, 'fonts were added for the form')
        return
      }
    }
    if (isOnlyAt(({ from, path }) => this.oldFields.has(from) && (path === '/V' || path.startsWith('/AP')))) {
      return this.judgeFieldParts(number, places, after)
    }
    this.note(number, kindOf(before, after, places), false, `${describe(before)} was changed`)
  }

  private isFieldList({ from, path }: Usage): boolean {
    return (from === this.form && path === '/Fields') || (from === this.root && path === '/AcroForm/Fields')
  }

  private async areAnnotationsOfPages(places: readonly Usage[]): Promise<boolean> {
    for (const { from, path } of places) {
      if (path !== '/Annots' || !isPage(await this.signed.object(from))) return false
    }
    return true
  }

  private async judgeCatalog(before: PdfValue, after: PdfValue): Promise<void> {
    if (!(before instanceof PdfDict) || !(after instanceof PdfDict)) {
      this.note(this.root, 'other', false, 'the catalogue was replaced')
      return
    }
    for (const key of differingKeys(before, after)) {
      if (after.repeatedKeys.size > before.repeatedKeys.size) {
        this.note(this.root, 'other', false, 'the catalogue has a key twice')
      } else if (key === 'AcroForm') {
        await this.judgeMovedForm(before.get(key), after.get(key))
      } else if (key === 'DSS') {
        this.note(this.root, 'dss', true, 'validation data was added')
        await this.judgeDss(this.root, after.get(key))
      } else if (key === 'Metadata' && (await this.present.resolve(after.get(key))) instanceof PdfStream) {
        await this.claim(after.get(key), 'metadata', 'the document properties were changed')
        this.note(this.root, 'metadata', true, 'the document properties were changed')
      } else if (key === 'Extensions' || (key === 'Version' && (await this.isLaterVersion(before, after)))) {
        await this.claim(after.get(key), 'metadata', 'the version of the format was changed')
        this.note(this.root, 'metadata', true, 'the version of the format was changed')
      } else {
        const isAction = key === 'OpenAction' || key === 'AA' || key === 'Names'
        const kind = key === 'Pages' ? 'page' : isAction ? 'action' : 'other'
        this.note(this.root, kind, false, `the catalogue entry /${key} was changed`)
      }
    }
  }

  /** A further signature may need a later version of the format; an earlier one would hide something. */
  private async isLaterVersion(before: PdfDict, after: PdfDict): Promise<boolean> {
    const earlier = await formatVersion(this.signed.reader, before)
    const now = after.get('Version')
    return now instanceof PdfName && versionOf(now.name) >= earlier && versionOf(now.name) > 0
  }

  /** The form was added, or moved between the catalogue and an object of its own. */
  private async judgeMovedForm(before: PdfValue, after: PdfValue): Promise<void> {
    const old = await this.signed.resolve(before)
    const now = await this.present.resolve(after)
    if (after instanceof PdfRef) {
      if (!this.isNew(after.number)) {
        this.note(this.root, 'other', false, 'the form is now another object of the signed document')
        return
      }
      this.note(after.number, 'signature', true, 'the form that holds a further signature')
    }
    await this.judgeForm(this.root, old ?? new PdfDict(), now)
  }

  private async judgeForm(number: number, before: PdfValue, after: PdfValue): Promise<void> {
    if (!(before instanceof PdfDict) || !(after instanceof PdfDict) || after.repeatedKeys.size > 0) {
      this.note(number, 'form-field', false, 'the form was replaced')
      return
    }
    this.note(number, 'signature', true, 'the form that holds a further signature')
    for (const key of differingKeys(before, after)) {
      const old = before.get(key)
      const now = after.get(key)
      if (key === 'Fields') {
        await this.judgeMovedList(number, old, now, (oldList, newList) => {
          this.judgeFieldList(number, oldList, newList)
        })
      } else if (key === 'SigFlags') {
        const oldFlags = typeof old === 'number' ? old : 0
        if (typeof now !== 'number' || (now & oldFlags) !== oldFlags || now > 3) {
          this.note(number, 'form-field', false, 'the signature flags were taken back')
        }
      } else if (key === 'DR' && (await this.isSuperset(old, now, 2))) {
        await this.claim(now, 'form-field', 'fonts were added for the form')
      } else if (
        !(key === 'DA' && old === null) &&
        !(key === 'NeedAppearances' && (now === null || now === false))
      ) {
        this.note(number, 'form-field', false, `the form entry /${key} was changed`)
      }
    }
  }

  /** A list that was rewritten in place or moved to an object of its own. */
  private async judgeMovedList(
    number: number,
    before: PdfValue,
    after: PdfValue,
    judge: (before: readonly PdfValue[], after: readonly PdfValue[]) => void,
  ): Promise<void> {
    const old = (await this.signed.resolve(before)) ?? []
    const now = await this.present.resolve(after)
    if (!isArray(old) || !isArray(now) || (after instanceof PdfRef && !this.isNew(after.number))) {
      this.note(number, 'other', false, 'a list was replaced')
      return
    }
    if (after instanceof PdfRef)
      this.note(after.number, 'signature', true, 'a list that holds a further signature')
    judge(old, now)
  }

  private judgeFieldList(number: number, before: readonly PdfValue[], after: readonly PdfValue[]): void {
    const kept = after.filter((item) => !(item instanceof PdfRef && this.newFields.has(item.number)))
    if (sameValue(before, kept))
      this.note(number, 'signature', true, 'the list of fields, with a further signature')
    else this.note(number, 'form-field', false, 'form fields were added or removed')
  }

  private judgeAnnotations(number: number, before: readonly PdfValue[], after: readonly PdfValue[]): void {
    const kept = after.filter((item) => !(item instanceof PdfRef && this.newWidgets.has(item.number)))
    if (sameValue(before, kept)) this.note(number, 'signature', true, 'the page shows a further signature')
    else this.note(number, 'annotation', false, 'annotations were added or removed')
  }

  private async judgePage(number: number, before: PdfDict, after: PdfValue): Promise<void> {
    if (!(after instanceof PdfDict) || !isPage(after) || after.repeatedKeys.size > before.repeatedKeys.size) {
      this.note(number, 'page', false, 'a page was replaced')
      return
    }
    for (const key of differingKeys(before, after)) {
      if (key === 'Annots') {
        await this.judgeMovedList(number, before.get(key), after.get(key), (old, now) => {
          this.judgeAnnotations(number, old, now)
        })
      } else {
        const kind = key === 'Contents' || key === 'Resources' ? 'content' : key === 'AA' ? 'action' : 'page'
        this.note(number, kind, false, `the page entry /${key} was changed`)
      }
    }
  }

  private mayBeFilled(field: FormField): boolean {
    return !this.isFinal && !this.locks.some((lock) => isLocked(lock, field.name))
  }

  private async judgeField(
    number: number,
    field: FormField,
    before: PdfValue,
    after: PdfValue,
  ): Promise<void> {
    const isSignature = field.type === 'Sig'
    const kind = isSignature ? 'signature' : 'form-field'
    if (!(before instanceof PdfDict) || !(after instanceof PdfDict) || after.repeatedKeys.size > 0) {
      this.note(number, kind, false, 'a form field was replaced')
      return
    }
    const keys = differingKeys(before, after)
    const fillable = field.type === 'Btn' ? TICKED_KEYS : FILLED_KEYS
    const strange = keys.find((key) => !fillable.has(key) && !isOnlyLocking(key, before, after))
    if (strange !== undefined) {
      const isAction = strange === 'A' || strange === 'AA'
      this.note(number, isAction ? 'action' : kind, false, `the form field entry /${strange} was changed`)
      return
    }
    if (isSignature) {
      const oldValue = await this.signed.resolve(field.dict.get('V'))
      if (oldValue !== null) {
        this.note(number, 'signature', false, 'an earlier signature was changed')
        return
      }
      const now = await this.present.resolveDict(field.ref)
      const signedField = { ...field, dict: now ?? after }
      if (!(await this.judgeSignatureValue(number, signedField, [after]))) return
    } else if (!this.mayBeFilled(field)) {
      this.note(number, 'form-field', false, 'a form field was filled though a signature forbids it')
      return
    } else if (!(await this.wasEmpty(field.dict))) {
      this.note(number, 'form-field', false, 'the value of a form field was changed')
      return
    }
    const reason = isSignature ? 'a further signature' : 'a form field was filled'
    this.note(number, kind, true, reason)
    for (const key of keys) await this.claim(after.get(key), kind, reason)
  }

  /** Whether a field had no value when it was signed; a value may stand with a field above. */
  private async wasEmpty(field: PdfDict): Promise<boolean> {
    let above: PdfDict | undefined = field
    for (let depth = 0; above !== undefined && depth < CLAIM_DEPTH; depth += 1) {
      const value = await this.signed.resolve(above.get('V'))
      if (value !== null) {
        if (value instanceof PdfString) return value.bytes.every((byte) => byte === 0x20)
        return isNamed(value, 'Off') || (isArray(value) && value.length === 0)
      }
      above = await this.signed.resolveDict(above.get('Parent'))
    }
    return true
  }

  /** The value or the drawing of a field, rewritten in place. */
  private async judgeFieldParts(number: number, places: readonly Usage[], after: PdfValue): Promise<void> {
    for (const { from } of places) {
      const field = this.oldFields.get(from)
      if (field?.type === 'Sig' && (await this.signed.resolve(field.dict.get('V'))) !== null) {
        this.note(number, 'signature', false, 'an earlier signature was changed')
        return
      }
      if (field === undefined || field.type === 'Btn' || !this.mayBeFilled(field)) {
        this.note(number, 'form-field', false, 'a form field was filled though a signature forbids it')
        return
      }
      if (!(await this.wasEmpty(field.dict))) {
        this.note(number, 'form-field', false, 'the value of a form field was changed')
        return
      }
    }
    this.note(number, 'form-field', true, 'a form field was filled')
    await this.claim(after, 'form-field', 'a form field was filled')
  }

  private async judgeDss(number: number, value: PdfValue, depth = 0): Promise<void> {
    const reason = 'validation data was added'
    if (value instanceof PdfRef) {
      if (!this.isNew(value.number) || this.found.has(value.number)) return
      await this.judgeDss(value.number, await this.present.object(value.number), depth + 1)
      return
    }
    const isKnown =
      value instanceof PdfStream
        ? this.isNew(number) && [...value.dict.entries.keys()].every((key) => DSS_STREAM_KEYS.has(key))
        : value instanceof PdfDict
          ? [...value.entries.keys()].every((key) => DSS_KEYS.has(key) || /^[0-9a-fA-F]{40}$/.test(key))
          : value !== null
    if (!isKnown || depth > CLAIM_DEPTH) {
      this.note(number, 'dss', false, 'validation data of an unknown shape was added')
      return
    }
    this.note(number, 'dss', true, reason)
    const items = isArray(value) ? value : value instanceof PdfDict ? [...value.entries.values()] : []
    for (const item of items) if (item !== null) await this.judgeDss(number, item, depth + 1)
  }

  /** Whether everything of the old resources is still there; what is new must be new objects. */
  private async isSuperset(before: PdfValue, after: PdfValue, depth: number): Promise<boolean> {
    if (sameValue(before, after) && !(after instanceof PdfRef)) return true
    const old = (await this.signed.resolve(before)) ?? new PdfDict()
    const now = await this.present.resolve(after)
    if (!(old instanceof PdfDict) || !(now instanceof PdfDict)) return sameValue(before, after)
    for (const key of differingKeys(old, now)) {
      if (old.get(key) === null) continue
      if (depth === 0 || !(await this.isSuperset(old.get(key), now.get(key), depth - 1))) return false
    }
    return true
  }

  private judgeUnused(number: number, after: PdfValue): void {
    const dict = after instanceof PdfStream ? after.dict : after
    if (!(dict instanceof PdfDict)) return
    const type = dict.get('Type')
    if (after instanceof PdfStream && (isNamed(type, 'XRef') || isNamed(type, 'ObjStm'))) return
    const looksLikeAnother = isNamed(type, 'Catalog') || isNamed(type, 'Pages') || isNamed(type, 'Page')
    if (looksLikeAnother) this.note(number, 'page', false, 'another page or catalogue was added')
    else this.note(number, 'other', true, 'an object was added that nothing uses')
  }
}

/** What readers draw a field from that brings no drawing of its own. */
const DRAWING_KEYS = ['AP', 'MK', 'BS', 'Border', 'C']

/** Nothing to draw, or no room to show it in. */
function isInvisible(widget: PdfDict): boolean {
  const rect = widget.get('Rect')
  const draws = (value: PdfValue) => value !== null && !(value instanceof PdfDict && value.entries.size === 0)
  if (!DRAWING_KEYS.some((key) => draws(widget.get(key)))) return true
  if (!isArray(rect)) return false
  const [left, bottom, right, top] = rect
  return typeof left === 'number' && left === right && typeof bottom === 'number' && bottom === top
}

/** Read-only bit of a field, locked bit of a widget: they may be set, nothing else. */
function isOnlyLocking(key: string, before: PdfDict, after: PdfDict): boolean {
  const bit = key === 'Ff' ? 1 : key === 'F' ? 128 : 0
  const old = before.get(key) ?? 0
  const now = after.get(key)
  return bit !== 0 && typeof old === 'number' && typeof now === 'number' && now === (old | bit)
}

function isPage(value: PdfValue): value is PdfDict {
  return value instanceof PdfDict && isNamed(value.get('Type'), 'Page')
}

function kindOf(before: PdfValue, after: PdfValue, places: readonly Usage[]): ChangeKind {
  const isAt = (pattern: RegExp) => places.some(({ path }) => pattern.test(path))
  if (isAt(/\/(A|AA|OpenAction|JS|JavaScript)(\/|$)/)) return 'action'
  if (isAt(/\/(Contents|Resources|XObject|Font|ExtGState|ColorSpace|Pattern|Shading)(\/|$)/)) return 'content'
  const dict = before instanceof PdfDict ? before : after
  if (!(dict instanceof PdfDict)) return 'other'
  if (isNamed(dict.get('Type'), 'Pages')) return 'page'
  return dict.get('Subtype') instanceof PdfName && dict.get('Rect') !== null ? 'annotation' : 'other'
}

function describe(before: PdfValue): string {
  return before === null
    ? 'an object that was missing when the document was signed'
    : 'an object of the signed document'
}

/**
 * Objects in the added bytes that no cross-reference section lists. Readers that repair files would
 * show them, so an honest program does not leave them there.
 */
async function unlistedObjects(signed: PdfDocument, present: PdfDocument): Promise<PdfChange[]> {
  const from = signed.reader.size
  const { reader, xref } = present
  if (reader.size === from) return []
  const listed = new Set<number>()
  for (const section of xref.sections) {
    listed.add(section.offset + (await spaceAt(present, section.offset)))
    for (const entry of section.entries.values()) {
      if (entry.kind !== 'offset' || entry.offset < from) continue
      listed.add(entry.offset + (await spaceAt(present, entry.offset)))
    }
    const hidden = section.trailer.get('XRefStm')
    if (typeof hidden === 'number') listed.add(hidden + xref.shift)
  }
  const streams = await streamsAfter(present, from)
  const found: PdfChange[] = []
  let next = 0
  let coveredTo = 0
  for await (const { number, offset } of objectHeaders(reader, from)) {
    for (
      let stream = streams[next];
      stream !== undefined && stream.offset <= offset;
      stream = streams[next]
    ) {
      coveredTo = Math.max(coveredTo, stream.offset + stream.length)
      next += 1
    }
    if (listed.has(offset) || offset < coveredTo) continue
    const reason = 'an object was added that the cross-reference does not list'
    found.push({ objectNumber: number, kind: 'other', allowed: false, reason })
    if (found.length >= 100) break
  }
  return found
}

/** Where the data of the added streams lies, in order: what looks like an object in there is none. */
async function streamsAfter(
  document: PdfDocument,
  from: number,
): Promise<{ readonly offset: number; readonly length: number }[]> {
  const streams: { offset: number; length: number }[] = []
  for (const [number, entry] of document.xref.entries) {
    if (entry.kind !== 'offset' || entry.offset < from) continue
    const value = await document.object(number)
    if (value instanceof PdfStream) streams.push(await document.streamExtent(value))
  }
  return streams.sort((first, second) => first.offset - second.offset)
}

async function spaceAt(document: PdfDocument, offset: number): Promise<number> {
  const text = Buffer.from(await document.reader.bytes(offset, 32)).toString('latin1')
  return /^\s*/.exec(text)?.[0].length ?? 0
}
