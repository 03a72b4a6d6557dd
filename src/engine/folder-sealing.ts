import { createHash, createPrivateKey } from 'node:crypto'
import { AppError } from '../shared/errors.ts'
import type { Agency } from '../shared/document/fields.ts'
import type { officeEncryption } from './encryption.ts'
import { currentStatement } from './current-statement.ts'
import type { Sealing } from './hub/sealing.ts'
import { claimsOf } from './key-statement.ts'
import { keyOf } from './outgoing/form.ts'
import { readPackage, sealPackage, type ReadPackage, type Sealer } from './sealed-package.ts'
import type { Certificate } from './signing/certificate.ts'
import type { Store } from './store/index.ts'

/** How far a sender's clock may be from ours and from his own statement. */
const CLOCKS_DIFFER_MS = 86_400_000
/** So many names of recipients without a key are said; the clerk sees all in the document's form. */
const NAMES_SAID = 5

/** What sealing needs of the office. */
export interface FolderSealingPorts {
  readonly store: Store
  readonly encryption: Pick<ReturnType<typeof officeEncryption>, 'decryptionKeys' | 'judgeStatement'>
  readonly now: () => number
  /** An agency that nobody had named before stands in the directory now. */
  readonly onDirectory: () => void
}

/**
 * Closes and opens the packages of an exchange folder with the office's keys. There a hub neither vouches for senders
 * nor brings a directory: both come from what agencies state about themselves, signed by their tokens.
 */
export function folderSealing({ store, encryption, now, onDirectory }: FolderSealingPorts): Sealing {
  function self(): Agency {
    const agency = store.settings.get('agency')
    if (agency === undefined) throw new Error('an open office has an agency')
    return agency
  }

  function isSelf(code: string): boolean {
    const { organId, oldCode } = self()
    return code === organId || code === oldCode
  }

  function sealer(): Sealer {
    const [newest] = store.encryptionKeys.own()
    const certificate = newest === undefined ? undefined : claimsOf(newest.statement).packageCertificate
    if (newest?.packageKey === undefined || certificate === undefined || now() > newest.validUntil) {
      throw new AppError('encryption/own-key-missing', 'no key of ours that signs packages and still serves')
    }
    const privateKey = createPrivateKey({
      key: Buffer.from(newest.packageKey),
      format: 'der',
      type: 'pkcs8',
    })
    return { key: { certificate, privateKey }, statement: newest.statement }
  }

  /** What was believed once about that agency's keys, by the statement's own bytes. */
  function believed(organId: string, statement: Uint8Array) {
    const sha256 = createHash('sha256').update(statement).digest('hex')
    return store.encryptionKeys.of(organId).find(({ statementSha256 }) => statementSha256 === sha256)
  }

  async function learn(bytes: Uint8Array): Promise<boolean> {
    try {
      const { organId, name } = claimsOf(bytes)
      // Whatever speaks for ourselves is no news: an older card of ours, or somebody's who may not.
      if (isSelf(organId)) return true
      if (believed(organId, bytes) !== undefined) return true
      const { keep, refusal, statement } = await encryption.judgeStatement(bytes, {
        from: { organId, organName: name },
        hubOrganId: organId,
      })
      store.atomically(() => {
        keep()
        if (statement !== undefined && store.directory.byIds([organId]).length === 0) {
          const parentName = statement.signer.organization ?? ''
          store.directory.upsert([{ organId, name, parentName, address: '', email: '', telephone: '' }])
        }
      })
      if (statement !== undefined) onDirectory()
      return refusal === undefined
    } catch (cause) {
      if (cause instanceof AppError && cause.code === 'encryption/statement-unreadable') return false
      throw cause
    }
  }

  /** @throws {AppError} `package/unproven` */
  async function requireSender({ label, sealedAt, statement, isSignedBy }: ReadPackage): Promise<void> {
    const certificate = await packageCertificateOf(label.from, statement)
    const key = believed(label.from, statement)
    if (key === undefined || certificate === undefined || !isSignedBy(certificate)) {
      throw new AppError('package/unproven', `not proven to be of ${label.from}`)
    }
    const at = sealedAt.getTime()
    const isInTime = at >= key.issuedAt - CLOCKS_DIFFER_MS && at <= key.validUntil
    if (!isInTime || at > now() + CLOCKS_DIFFER_MS) {
      throw new AppError('package/unproven', 'sealed at a time at which the key did not serve')
    }
  }

  async function packageCertificateOf(from: string, statement: Uint8Array): Promise<Certificate | undefined> {
    if (!(await learn(statement))) return undefined
    const { organId, packageCertificate } = claimsOf(statement)
    return organId === from ? packageCertificate : undefined
  }

  return {
    ownStatement() {
      const statement = currentStatement(store, now())?.statement
      return statement === undefined ? undefined : { organId: self().organId, statement }
    },

    learn,

    requireOwnKey: () => {
      sealer()
    },

    seal(packet, recipients) {
      const own = sealer()
      const known = recipients.map((code) => {
        const [agency] = store.directory.byIds([code])
        const { certificate } = agency === undefined ? {} : keyOf(store, agency, now())
        return { to: agency?.organId ?? code, name: agency?.name ?? code, certificate }
      })
      const without = known.filter(({ certificate }) => certificate === undefined)
      if (without.length > 0) {
        throw new AppError('hub/recipient-keyless', `${String(without.length)} recipients without a key`, {
          detail: without
            .slice(0, NAMES_SAID)
            .map(({ name }) => name)
            .join('; '),
        })
      }
      return known.flatMap(({ to, certificate }) => {
        const label = { ...packet, to }
        return certificate === undefined
          ? []
          : { label, package: sealPackage(label, own, certificate, new Date(now())) }
      })
    },

    async open(chunks) {
      let read: ReadPackage
      try {
        read = await readPackage(chunks, encryption.decryptionKeys())
      } catch (cause) {
        if (cause instanceof AppError && cause.code === 'packet/encrypted-for-another') return undefined
        throw cause
      }
      const { label, packet, close } = read
      try {
        if (!isSelf(label.to)) {
          throw new AppError('package/misaddressed', `it says that it is for ${label.to}`)
        }
        await requireSender(read)
      } catch (cause) {
        await close()
        throw cause
      }
      return { label, packet, close }
    },
  }
}
