import { z } from 'zod'
import { bytes } from '../../shared/bytes.ts'
import { instant, sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'

const officeKey = z.object({
  certificateSha256: sha256Hex,
  /** DER. */
  certificate: bytes,
  /** PKCS #8, DER. */
  privateKey: bytes,
  /**
   * Of the key that signs packages for an exchange folder, PKCS #8, DER; its certificate stands in the statement.
   * Missing with keys that were made before there were any.
   */
  packageKey: maybe(bytes),
  /** What the agency signed about it, CMS. */
  statement: bytes,
  /** Who signed the statement. */
  signer: z.string(),
  validUntil: instant,
  madeAt: instant,
})
/** A key pair of ours. */
export type OfficeKey = z.output<typeof officeKey>

const agencyKey = z.object({
  organId: z.string(),
  statementSha256: sha256Hex,
  statement: bytes,
  /** DER. */
  certificate: bytes,
  /** Who signed the statement: the agency, by the name in its certificate. */
  signer: z.string(),
  /** When it says it was made. */
  issuedAt: instant,
  validUntil: instant,
  source: z.enum(['packet', 'file']),
  learntAt: instant,
})
/** What another agency stated about its key, and was believed. */
export type AgencyKey = z.output<typeof agencyKey>

const contentKey = z.object({ nonce: z.string(), key: bytes })
/** The key of one file in a packet, by its nonce in hex. */
export type KeptContentKey = z.output<typeof contentKey>

const OFFICE_COLUMNS = `certificate_sha256 AS certificateSha256, certificate, private_key AS privateKey,
  package_key AS packageKey, statement, signer, valid_until AS validUntil, made_at AS madeAt`
const AGENCY_COLUMNS = `organ_id AS organId, statement_sha256 AS statementSha256, statement, certificate, signer,
  issued_at AS issuedAt, valid_until AS validUntil, source, learnt_at AS learntAt`

export type EncryptionKeyStore = ReturnType<typeof encryptionKeyStore>

/**
 * Keys for encryption between offices. Nothing is ever removed: old keys open old packets. The only module that
 * names the tables `office_key`, `agency_key` and `content_key`.
 */
export function encryptionKeyStore(db: Database) {
  const ownKeys = db.query(
    'encryptionKeys.own',
    `SELECT ${OFFICE_COLUMNS} FROM office_key ORDER BY made_at DESC, certificate_sha256`,
    officeKey,
  )
  const addKey = db.command(
    'encryptionKeys.addOwn',
    `INSERT INTO office_key (certificate_sha256, certificate, private_key, package_key, statement, signer, valid_until,
       made_at)
     VALUES (@certificateSha256, @certificate, @privateKey, @packageKey, @statement, @signer, @validUntil, @madeAt)`,
  )
  const keysOf = db.query(
    'encryptionKeys.of',
    `SELECT ${AGENCY_COLUMNS} FROM agency_key WHERE organ_id = @organId
     ORDER BY issued_at DESC, statement_sha256`,
    agencyKey,
  )
  const everyAgency = db.query(
    'encryptionKeys.agencies',
    'SELECT DISTINCT organ_id AS organId FROM agency_key ORDER BY organ_id',
    z.object({ organId: z.string() }),
  )
  const believe = db.command(
    'encryptionKeys.believe',
    `INSERT INTO agency_key (organ_id, statement_sha256, statement, certificate, signer, issued_at, valid_until,
       source, learnt_at)
     VALUES (@organId, @statementSha256, @statement, @certificate, @signer, @issuedAt, @validUntil, @source, @learntAt)
     ON CONFLICT (organ_id, statement_sha256) DO NOTHING`,
  )
  const keepContent = db.command(
    'encryptionKeys.keepContentKey',
    `INSERT INTO content_key (packet_sha256, nonce, content_key) VALUES (@packetSha256, @nonce, @key)
     ON CONFLICT (packet_sha256, nonce) DO NOTHING`,
  )
  const contentOf = db.query(
    'encryptionKeys.contentKeys',
    'SELECT nonce, content_key AS key FROM content_key WHERE packet_sha256 = @packetSha256 ORDER BY nonce',
    contentKey,
  )
  const contentCount = db.query(
    'encryptionKeys.isEncrypted',
    'SELECT count(*) AS value FROM content_key WHERE packet_sha256 = @packetSha256',
    numberRow,
  )

  /** Our key pairs, the newest first. */
  function own(): OfficeKey[] {
    return ownKeys.all()
  }

  function addOwn(key: OfficeKey): void {
    addKey.run({ ...key, packageKey: orNull(key.packageKey) })
  }

  /** What an agency stated and was believed, the newest statement first. */
  function of(organId: string): AgencyKey[] {
    return keysOf.all({ organId })
  }

  /** Agencies that ever stated a key, by id. */
  function agencies(): string[] {
    return everyAgency.all().map(({ organId }) => organId)
  }

  /** Keeps a statement that was judged good. Answers whether it is new. */
  function addStatement(key: AgencyKey): boolean {
    return believe.run(key) === 1
  }

  /** What the files of a packet were encrypted with. */
  function keepContentKeys(packetSha256: Sha256, keys: readonly KeptContentKey[]): void {
    for (const { nonce, key } of keys) keepContent.run({ packetSha256, nonce, key })
  }

  function contentKeys(packetSha256: Sha256): KeptContentKey[] {
    return contentOf.all({ packetSha256 })
  }

  /** Whether files of this packet were encrypted. */
  function isEncrypted(packetSha256: Sha256 | undefined): boolean {
    return packetSha256 !== undefined && (contentCount.get({ packetSha256 })?.value ?? 0) > 0
  }

  return { addOwn, addStatement, agencies, contentKeys, isEncrypted, keepContentKeys, of, own }
}
