import type { Office } from '../office.ts'
import type { AnswersTo } from './area.ts'

/** Proof of what became of a document, in one file. */
export function evidenceAnswers({ store, host, now, tell }: Office): AnswersTo<'evidence'> {
  return {
    'evidence.export': async ({ direction, id }) => {
      const { gatherEvidenceOf, writeEvidence } = await import('../proof/export.ts')
      const evidence = await gatherEvidenceOf(store, direction, id, now())
      const path = await host.choosePath(evidence.name)
      if (path === undefined) return {}
      await writeEvidence(evidence, path)
      const { fingerprint } = evidence
      store.history.append({
        at: now(),
        subjectKind: direction,
        subjectId: id,
        event: 'export-evidence',
        detail: { fingerprint },
      })
      tell(direction)
      return { path, fingerprint }
    },
  }
}
