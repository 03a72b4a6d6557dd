import { z } from 'zod'
import { backupPolicy, lastBackup, restored } from '../../shared/backup.ts'
import { encryptionSettings } from '../../shared/encryption.ts'
import { clockLimitSeconds, proxyChoice } from '../../shared/connection.ts'
import { desktopPolicy } from '../../shared/desktop.ts'
import { agency, documentId, instant, sha256Hex } from '../../shared/document/fields.ts'
import { numberingRules } from '../../shared/document/numbering.ts'
import { numberFields, numberPlacement } from '../../shared/document/number-placement.ts'
import { recallRoute } from '../../shared/document/request.ts'
import {
  certificateChoice,
  folderSettings,
  hubRoad,
  serverKind,
  type TokenSettings,
} from '../../shared/ipc/contract.ts'
import { autoLockMinutes } from '../../shared/people.ts'
import { queuePolicy } from '../../shared/queue-policy.ts'
import { savedSearch } from '../../shared/search.ts'
import { signaturePolicy } from '../../shared/signature-policy.ts'
import { workCalendar } from '../../shared/document/working-days.ts'
import { json } from './columns.ts'
import type { Database } from './database.ts'

/** Address and name at the hub, with the secret: it lives here, in the encrypted file, and nowhere else. */
const serverAccess = z.object({
  kind: serverKind.default('vxp'),
  url: z.string(),
  systemId: z.string(),
  secret: z.string(),
  road: hubRoad.optional(),
  pinnedSha256: sha256Hex.optional(),
})

/** How packets travel: in a folder, or by a hub. */
const hubAccess = z.union([folderSettings, serverAccess])

/** How the hub's server is reached. Passwords and the key live here, as the hub's secret does. */
const connection = z.object({
  proxy: proxyChoice,
  proxyPassword: z.string(),
  clockLimitSeconds,
  /** PEM. */
  authorities: z.string().optional(),
  clientCertificate: z.object({ fileName: z.string(), pfx: z.base64(), password: z.string() }).optional(),
})

const token = z.object({
  modulePath: z.string(),
  person: certificateChoice.optional(),
  agency: certificateChoice.optional(),
}) satisfies z.ZodType<TokenSettings>

/** Every setting there is. Names are persisted: add, never rename. */
const SETTINGS = {
  /** Written with the store's first row and never after: this store is one to practise with. */
  practice: z.literal(true),
  agency,
  clerkName: z.string(),
  hub: hubAccess,
  /** Left out, the system's proxy and the web's usual issuers. */
  connection,
  token,
  /** Left out, DEFAULT_NUMBERING. */
  numbering: numberingRules,
  /** How number and date come onto the page; `signature-fields` where it was never set. */
  numberPlacement,
  /** Names of form fields that templates bring for number and date; left out, the usual ones. */
  numberFields,
  /** How signatures are made, and raised before a document leaves. */
  signaturePolicy,
  /** Root certificates that the administrator chose to trust, DER in base64. */
  trustedRoots: z.array(z.base64()),
  /** Published roots seen in one place only that the administrator compared and confirmed, by fingerprint. */
  confirmedRoots: z.array(sha256Hex),
  /** How documents are encrypted between offices; left out, DEFAULT_ENCRYPTION. */
  encryption: encryptionSettings,
  /** Which packet carries a recall; left out, a document packet of type 1. */
  recallRoute,
  /** Working days and hours; left out, DEFAULT_CALENDAR. */
  workCalendar,
  /** Left out, DEFAULT_AUTO_LOCK_MINUTES. */
  autoLockMinutes,
  /** How the line is used; left out, DEFAULT_QUEUE_POLICY. */
  queuePolicy,
  /** Searches kept under a name, in the order in which they were kept. */
  savedSearches: z.array(savedSearch),
  /** The largest packet that the hub says it takes, in bytes; left out where it says nothing. */
  largestPacketBytes: z.int().positive(),
  /** Where and how often the office is backed up. */
  backup: backupPolicy,
  /** The last backup that became whole. */
  lastBackup,
  /** Set when this store came from a backup, until the clerk has compared numbers. */
  restored,
  /** When the hub last answered a whole round. */
  lastSyncAt: instant,
  /** Sent documents that the hub was found to know nothing of, until the clerk has seen it. */
  forgottenByHub: z.array(documentId),
  /** What is shown outside the window; left out, DEFAULT_DESKTOP_POLICY. */
  desktop: desktopPolicy,
  /** Up to where the clerk was told of news: a line of the history, and what stands and is no line of it. */
  told: z.object({ sequence: z.int().min(0), standing: z.array(z.string()) }),
  /** When the file was last found to be whole. */
  examinedAt: instant,
  /** When the directory was last taken over. */
  directoryAt: instant,
}
export type SettingName = keyof typeof SETTINGS
/** The shape of one setting. */
export type Setting<N extends SettingName> = z.output<(typeof SETTINGS)[N]>

const schemas: { readonly [N in SettingName]: z.ZodType<Setting<N>> } = SETTINGS

export type SettingStore = ReturnType<typeof settingStore>

/** What the office set up. The only module that names the `setting` table. */
export function settingStore(db: Database, now: () => number) {
  const one = db.query(
    'settings.get',
    'SELECT value FROM setting WHERE name = @name',
    z.object({ value: json(z.unknown()) }),
  )
  const put = db.command(
    'settings.set',
    `INSERT INTO setting (name, value, changed_at) VALUES (@name, @value, @at)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
  )
  const drop = db.command('settings.remove', 'DELETE FROM setting WHERE name = @name')

  /** The setting, or `undefined` when it was never made. */
  function get<N extends SettingName>(name: N): Setting<N> | undefined {
    const row = one.get({ name })
    return row === undefined ? undefined : schemas[name].parse(row.value)
  }

  function set<N extends SettingName>(name: N, value: Setting<N>): void {
    put.run({ name, value: JSON.stringify(schemas[name].parse(value)), at: now() })
  }

  function remove(name: SettingName): void {
    drop.run({ name })
  }

  return { get, remove, set }
}
