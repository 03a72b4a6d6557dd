import type { Agency, DocumentId } from '../../shared/document/fields.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import type { Office } from '../office.ts'
import {
  beginWriting,
  keepAsTemplate,
  keepTextPicture,
  keepWritten,
  requireShown,
  stopWriting,
  writtenOf,
} from '../outgoing/writing.ts'
import { takeWord, wordName, wordOf } from '../outgoing/word.ts'
import type { AnswersTo } from './area.ts'

/**
 * The requests about writing a document here.
 *
 * @param own the draft, for who may change it
 */
export function draftingAnswers(
  { store, typesetting, host, now, readWord }: Office,
  own: (id: DocumentId) => DocumentId,
  changed: (id: DocumentId) => OutgoingDetail,
): AnswersTo<'drafting'> {
  const { compositions } = store

  function agency(): Agency {
    const known = store.settings.get('agency')
    if (known === undefined) throw new Error('an open office has an agency')
    return known
  }

  return {
    'drafting.begin': ({ id, revision, template }) => {
      beginWriting(store, own(id), { revision, agency: agency(), template })
      return changed(id)
    },
    'drafting.stop': ({ id, revision }) => {
      stopWriting(store, own(id), revision)
      return changed(id)
    },
    'drafting.preview': async ({ id }) => {
      const { typeset } = await import('../outgoing/typeset.ts')
      return typeset(writtenOf(store, id), typesetting)
    },
    'drafting.takeWord': async ({ id, ...file }) => {
      const ports = { store, agency: agency(), now, read: readWord }
      const taken = await takeWord(ports, own(id), file)
      return { detail: changed(id), ...taken }
    },
    'drafting.exportWord': async ({ id }) => {
      const written = writtenOf(store, id)
      const bytes = await wordOf(written, typesetting.picture)
      return { path: await host.saveFile(wordName(written.fields), bytes) }
    },
    'drafting.keepPicture': ({ id, bytes }) => keepTextPicture(store, own(id), bytes),
    'drafting.picture': async ({ id, sha256 }) => {
      requireShown(store, id, sha256)
      return { bytes: await store.files.bytes(sha256) }
    },
    'drafting.versions': ({ id }) => compositions.versions(id),
    'drafting.version': ({ id, number }) => compositions.version(id, number),
    'drafting.keepVersion': ({ id, note }) => {
      keepWritten(store, own(id), 'asked', note)
      return compositions.versions(id)
    },
    'drafting.templates': () => compositions.templates(),
    'drafting.keepTemplate': ({ id, name }) => {
      keepAsTemplate(store, id, name)
      return compositions.templates()
    },
    'drafting.removeTemplate': ({ id }) => {
      compositions.removeTemplate(id)
      return compositions.templates()
    },
  }
}
