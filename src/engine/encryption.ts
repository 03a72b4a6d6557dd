import { createHash, createPrivateKey } from 'node:crypto'
import { isSameAgency } from '../shared/document/agency-name.ts'
import { sha256Hex, type Agency } from '../shared/document/fields.ts'
import {
  DEFAULT_ENCRYPTION,
  KEY_LIFETIME_MS,
  type EncryptionSettings,
  type EncryptionStatus,
} from '../shared/encryption.ts'
import { AppError } from '../shared/errors.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import type { SigningManner } from '../shared/signing.ts'
import type { DocumentVerdict } from '../shared/verdict.ts'
import { prepareKeyStatement, readKeyStatement, type KeyStatement } from './key-statement.ts'
import { formFor, keyOf } from './outgoing/form.ts'
import type { SignChoice } from './outgoing/sign.ts'
import { fingerprint, holderKind, parseCertificate } from './signing/certificate.ts'
import { makeEncryptionKey, makePackageKey } from './signing/encryption-certificate.ts'
import { mannerFor } from './signing/manner.ts'
import type { DecryptionKey } from './signing/recipient-info.ts'
import type { SignerClient } from './signing/signer-client.ts'
import { findCertificate, type FoundCertificate } from './signing/token-view.ts'
import type { OfficeKey, Store } from './store/index.ts'

/** A certificate of ours begins so long before it is made: the clocks of others may be behind. */
const BEHIND_MS = 86_400_000

/** What the dealings with keys need of the world. */
export interface EncryptionPorts {
  readonly store: Store
  readonly signer: SignerClient
  readonly now: () => number
  /** Judges a CMS signature with its content inside, by what is kept here. */
  readonly judge: (statement: Uint8Array) => Promise<DocumentVerdict>
  readonly manner: () => SigningManner
  /** @throws {AppError} `certificate/revoked` */
  readonly requireUnrevoked: (found: FoundCertificate) => void
  /** Another agency's key was learnt. */
  readonly onLearnt: () => void
}

/** Who a packet came from, by the packet and by the hub. */
export interface StatementSender {
  readonly from: { readonly organId: string; readonly organName: string }
  readonly hubOrganId: string
}

/** A statement that was judged: what is committed with whatever brought it. */
export interface JudgedStatement {
  /** Inside the caller's transaction. */
  readonly keep: () => void
  /** Why it is not believed. */
  readonly refusal?: AppError
  /** Where it is believed and was not known before. */
  readonly statement?: KeyStatement
}

/**
 * Keys for encryption between offices: ours, which never leave the store, with what our agency states about them;
 * and what other agencies stated about theirs.
 */
export function officeEncryption(ports: EncryptionPorts) {
  const { store, now } = ports

  function settings(): EncryptionSettings {
    return store.settings.get('encryption') ?? DEFAULT_ENCRYPTION
  }

  /** Our private keys with their certificates: what was encrypted to an older one is opened as well. */
  function decryptionKeys(): DecryptionKey[] {
    return store.encryptionKeys.own().map(({ certificate, privateKey }) => ({
      certificate: parseCertificate(certificate),
      privateKey: createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }),
    }))
  }

  /**
   * Makes a new key pair and has the agency's token sign for it: one PIN, one try. Nothing is kept before the
   * signature is there and our own verifier has read the statement.
   *
   * @throws {AppError} `sign/*`, `certificate/*`; `encryption/*` when our own statement would not be believed here
   */
  async function certify(choice: SignChoice): Promise<void> {
    const agency = store.settings.get('agency')
    if (agency === undefined) throw new Error('an open office has an agency')
    const token = store.settings.get('token')
    if (token === undefined) throw new AppError('sign/module-missing', 'no token module is chosen')
    const { modulePath } = token
    const at = now()
    const password = isPracticeFile(modulePath) ? choice.pin : undefined
    const found = findCertificate(
      await ports.signer.tokens(modulePath, password),
      choice.certificate,
      new Date(at),
    )
    if (holderKind(found.certificate.subject) === 'person') {
      throw new AppError('certificate/wrong-holder', 'the agency states its key, not a person')
    }
    ports.requireUnrevoked(found)
    const { organId, name } = agency
    const issuedAt = new Date(at)
    const validUntil = new Date(at + KEY_LIFETIME_MS)
    const owner = { organId, name, notBefore: new Date(at - BEHIND_MS), notAfter: validUntil }
    const pair = makeEncryptionKey(owner)
    const packages = makePackageKey(owner)
    const manner = mannerFor(found, ports.manner())
    const { certificate, chain, pinPad } = found
    const { hash, statement } = prepareKeyStatement(
      {
        organId,
        name,
        encryptionCertificate: pair.certificate,
        packageCertificate: packages.certificate,
        issuedAt,
        validUntil,
      },
      { certificate: certificate.der, chain, manner },
    )
    const { pin, lastTry } = choice
    let value: Uint8Array | undefined
    await ports.signer.sign({
      modulePath,
      ...choice.certificate,
      ...(pinPad || pin === undefined ? {} : { pin }),
      ...(lastTry === undefined ? {} : { lastTry }),
      ...manner,
      hashes: [{ id: 'key-statement', ...hash }],
      onSigned: (signature) => {
        value = signature.value
      },
    })
    if (value === undefined) throw new AppError('sign/driver-failed', 'no signature came back')
    const bytes = statement(value)
    const { signer } = await readKeyStatement(bytes, new Date(now()), ports.judge)
    const key: OfficeKey = {
      certificateSha256: sha256Hex.parse(fingerprint(pair.certificate)),
      certificate: pair.certificate,
      privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
      packageKey: packages.privateKey.export({ type: 'pkcs8', format: 'der' }),
      statement: bytes,
      signer: signer.name,
      validUntil: validUntil.getTime(),
      madeAt: at,
    }
    store.atomically(() => {
      store.encryptionKeys.addOwn(key)
      note('make-key', organId, { certificate: key.certificateSha256, signer: key.signer })
    })
  }

  /**
   * Judges a statement that came with a packet. What is known already is not judged again.
   *
   * Believed where the signature holds, of an agency with the sender's name and superior, for the code under which
   * the hub took the packet; and where it is younger than what is believed of that agency, so that an old one that
   * somebody sends again brings no old key back.
   */
  async function judgeStatement(bytes: Uint8Array, sender: StatementSender): Promise<JudgedStatement> {
    const { from, hubOrganId } = sender
    const statementSha256 = sha256Of(bytes)
    if (store.encryptionKeys.of(from.organId).some((key) => key.statementSha256 === statementSha256)) {
      return { keep: () => undefined }
    }
    try {
      const statement = await readKeyStatement(bytes, new Date(now()), ports.judge)
      const [known] = store.directory.byIds([hubOrganId])
      const codes = [hubOrganId, known?.organId, known?.oldCode]
      if (statement.organId !== from.organId || !codes.includes(statement.organId)) {
        throw foreign(`for ${statement.organId}, in a packet of ${from.organId}`)
      }
      requireSpeaksFor(statement, known ?? { name: from.organName, parentName: '' }, true)
      requireYounger(statement)
      return {
        statement,
        keep: () => {
          believe(statement, bytes, 'packet')
        },
      }
    } catch (cause) {
      if (!(cause instanceof AppError) || !cause.code.startsWith('encryption/')) throw cause
      return {
        refusal: cause,
        keep: () => {
          // Every packet of an office brings its statement: said once, not with each of them.
          const last = store.history.of('office', `key/${from.organId}`).at(-1)?.detail
          if (last?.['statement'] === statementSha256 && last['code'] === cause.code) return
          note('refuse-key', from.organId, { code: cause.code, statement: statementSha256 })
        },
      }
    }
  }

  /**
   * Takes a statement from a file that was handed over: the clerk answers for where it came from, so of the name
   * only the agency's own is compared.
   *
   * @throws {AppError} `encryption/*`; `document/not-found` for an agency that the directory does not know
   */
  async function importStatement(bytes: Uint8Array): Promise<string> {
    const statement = await readKeyStatement(bytes, new Date(now()), ports.judge)
    const [known] = store.directory.byIds([statement.organId])
    if (known === undefined) throw new AppError('document/not-found', `no agency ${statement.organId}`)
    requireSpeaksFor(statement, known, false)
    const isKnown = store.encryptionKeys
      .of(statement.organId)
      .some((key) => key.statementSha256 === sha256Of(bytes))
    if (!isKnown) {
      requireYounger(statement)
      store.atomically(() => {
        believe(statement, bytes, 'file')
      })
    }
    return statement.organId
  }

  function requireYounger({ organId, issuedAt }: KeyStatement): void {
    const [newest] = store.encryptionKeys.of(organId)
    if (newest !== undefined && issuedAt.getTime() <= newest.issuedAt) {
      throw new AppError('encryption/statement-outdated', `${organId} stated another key after that`)
    }
  }

  function believe(statement: KeyStatement, bytes: Uint8Array, source: 'packet' | 'file'): void {
    const { organId, certificate, issuedAt, validUntil, signer } = statement
    const isNew = store.encryptionKeys.addStatement({
      organId,
      statementSha256: sha256Of(bytes),
      statement: bytes,
      certificate: certificate.der,
      signer: signer.name,
      issuedAt: issuedAt.getTime(),
      validUntil: validUntil.getTime(),
      source,
      learntAt: now(),
    })
    if (!isNew) return
    note('learn-key', organId, { certificate: certificate.sha256, signer: signer.name, source })
    ports.onLearnt()
  }

  function note(event: string, organId: string, detail: Record<string, string>): void {
    store.history.append({
      at: now(),
      subjectKind: 'office',
      subjectId: `key/${organId}`,
      event,
      detail,
    })
  }

  function status(): EncryptionStatus {
    const keys = store.encryptionKeys
    return {
      ...settings(),
      own: keys.own().map(({ certificateSha256, signer, validUntil, madeAt }) => ({
        fingerprint: certificateSha256,
        signer,
        validUntil,
        madeAt,
      })),
      agencies: keys.agencies().map((organId) => {
        const [known] = store.directory.byIds([organId])
        const stated = keys.of(organId)
        const lack = known === undefined ? undefined : keyOf(store, known, now()).lack
        return {
          organId,
          name: known?.name ?? stated[0]?.signer ?? organId,
          keys: stated.map((key) => ({
            fingerprint: fingerprint(key.certificate),
            signer: key.signer,
            issuedAt: key.issuedAt,
            validUntil: key.validUntil,
            learntAt: key.learntAt,
            source: key.source,
          })),
          ...(lack === undefined ? {} : { lack }),
        }
      }),
    }
  }

  return {
    certify,
    decryptionKeys,
    /** In which form a document to these agencies would leave. */
    formTo: (organIds: readonly string[]) => formFor(store, store.directory.byIds(organIds), now()),
    importStatement,
    judgeStatement,
    /** What our agency states about the key that serves now, for a file that is handed over. */
    ownStatement: () => store.encryptionKeys.own()[0]?.statement,
    saveSettings(next: EncryptionSettings): void {
      store.settings.set('encryption', next)
    },
    status,
  }
}

/**
 * @param closely whether the signer's superior must fit as well: names of communes and departments are borne by
 *   many
 * @throws {AppError} `encryption/statement-of-another`
 */
function requireSpeaksFor(
  { signer, name }: KeyStatement,
  known: Pick<Agency, 'name' | 'parentName'>,
  closely: boolean,
): void {
  const { organization } = signer
  const isNamed = isSameAgency(signer.name, known.name) && isSameAgency(name, known.name)
  const fitsAbove =
    organization === undefined ||
    known.parentName === '' ||
    isSameAgency(organization, known.parentName) ||
    isSameAgency(organization, known.name)
  if (!isNamed || (closely && !fitsAbove)) throw foreign(`${signer.name} for ${known.name}`)
}

function foreign(why: string): AppError {
  return new AppError('encryption/statement-of-another', `stated by another agency: ${why}`)
}

function sha256Of(bytes: Uint8Array) {
  return sha256Hex.parse(createHash('sha256').update(bytes).digest('hex'))
}
