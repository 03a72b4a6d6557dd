import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { connectionCheck } from '../../connection-check.ts'
import { clockLimitSeconds, connectionSettings, proxyChoice } from '../../connection.ts'
import { agency, documentId, instant, organId, sha256Hex } from '../../document/fields.ts'
import { recipientGroup, recipientGroupId, recipientStanding } from '../../document/recipient-group.ts'
import { queuePolicy } from '../../queue-policy.ts'
import { errorCode, nothing, type Requests } from './values.ts'

/** How packets travel: by the national hub's SDK, a province's LGSP, or in a folder that is carried or shared. */
export const hubKind = z.enum(['vxp', 'lgsp', 'filedrop'])
export type HubKind = z.output<typeof hubKind>

/** The kinds that are a server at an address. */
export const serverKind = hubKind.exclude(['filedrop'])
export type ServerKind = z.output<typeof serverKind>

/** What parts an identifier on the X-Road is made of, such as `VN/GOV/H99/VANTHU`. */
const roadIdentifier = (parts: string) =>
  z
    .string()
    .max(400)
    .regex(new RegExp(`^[^/\\s]+(/[^/\\s]+){${parts}}$`))

/** How a hub is reached through an X-Road security server that speaks REST. */
export const hubRoad = z.object({
  /** Our own place: instance/class/member, mostly with /subsystem. */
  client: roadIdentifier('2,3'),
  /** The hub's service, instance/class/member/subsystem/service, with the path below it where there is one. */
  service: roadIdentifier('3,'),
})

export type HubRoad = z.output<typeof hubRoad>

/** A hub's address and the office's name there. */
const serverSettings = z.object({
  kind: serverKind.default('vxp'),
  url: z.url({ protocol: /^https?$/ }).max(500),
  systemId: z.string().trim().min(1).max(100),
  /** Left out, the address answers by itself. */
  road: hubRoad.optional(),
  /** The certificate of the server at this address, once a person has compared it; then no other is believed. */
  pinnedSha256: sha256Hex.optional(),
})

/** An exchange folder in place of a hub: a stick, or a folder on a share. */
export const folderSettings = z.object({
  kind: z.literal('filedrop'),
  /** An absolute path. */
  folder: z.string().min(1).max(1000),
})

const secret = z.string().min(1).max(500)

/** How the office's packets travel. A hub's secret goes in and never comes out. */
export const hubSettings = z.union([folderSettings, serverSettings])
/** The same as it is set up. */
export const newHub = z.union([folderSettings, serverSettings.extend({ secret })])
/** The same as it is changed: without `secret` the stored one stays. */
export const changedHub = z.union([folderSettings, serverSettings.extend({ secret: secret.optional() })])

const lineStatus = z.object({
  /** `off`: no hub configured. */
  state: z.enum(['off', 'unknown', 'up', 'down']),
  /** Since when the line is as it is. */
  since: instant.optional(),
  error: errorCode.optional(),
  lastSyncAt: instant.optional(),
  nextTryAt: instant.optional(),
  /** Documents waiting to leave. */
  waiting: z.int(),
  /** Sent documents that the hub no longer knows of, until the clerk has seen it. */
  forgotten: z.array(z.object({ id: documentId, code: z.string() })),
  /** Our clock minus the hub's, where the difference is over the office's limit. */
  clockSkewMs: z.int().optional(),
  /** Their size together. */
  waitingBytes: z.int(),
  /** How fast the line took what was sent, as last measured. */
  bytesPerSecond: z.int().optional(),
  /** "Tạm dừng gửi" for all. */
  paused: z.boolean(),
  /** What is on its way now. */
  sending: z.array(z.object({ id: documentId, code: z.string(), sentBytes: z.int(), totalBytes: z.int() })),
})

export type LineStatus = z.output<typeof lineStatus>

/** The way to the hub, the line, the queue and the directory. */
export const hubContract = {
  /** Proxy, issuers to trust, our own certificate, the limit for clocks. */
  'connection.current': { input: nothing, output: connectionSettings },
  'connection.save': {
    input: z.object({
      proxy: proxyChoice,
      /** Left out, the kept one stays. */
      proxyPassword: z.string().max(200).optional(),
      clockLimitSeconds,
    }),
    output: connectionSettings,
  },
  /** Issuers (PEM or DER) that alone may vouch for the server from now on. */
  'connection.keepAuthorities': {
    input: z.object({ file: bytes.refine((content) => content.byteLength <= 1_000_000) }),
    output: connectionSettings,
  },
  'connection.removeAuthorities': { input: nothing, output: connectionSettings },
  /** Our own certificate with its key, a PKCS#12 file. */
  'connection.keepCertificate': {
    input: z.object({
      fileName: z.string().min(1).max(255),
      file: bytes.refine((content) => content.byteLength <= 1_000_000),
      password: z.string().max(200),
    }),
    output: connectionSettings,
  },
  'connection.removeCertificate': { input: nothing, output: connectionSettings },

  /** Walks the way to a hub before anything is saved; how far it is says `connection.check`. */
  'connection.startCheck': {
    /** Without `secret` the stored one is used. An exchange folder is made ready by it. */
    input: changedHub,
    output: connectionCheck,
  },
  'connection.check': { input: nothing, output: z.object({ check: connectionCheck.optional() }) },
  'connection.cancelCheck': { input: nothing, output: nothing },
  /** As a text file, where the clerk wants it. */
  'connection.exportCheck': { input: nothing, output: z.object({ path: z.string().optional() }) },

  /** The system's dialog for the exchange folder; no `folder` when the clerk cancels. */
  'connection.chooseFolder': { input: nothing, output: z.object({ folder: z.string().optional() }) },

  'line.status': { input: nothing, output: lineStatus },
  /** The clerk has seen what the hub no longer knows of; their histories keep it. */
  'line.dismissForgotten': { input: nothing, output: lineStatus },
  /** "Gửi ngay": everything due is due now. */
  'line.syncNow': { input: nothing, output: lineStatus },

  /** How signatures are made, and raised before a document leaves. */
  'queue.policy': { input: nothing, output: queuePolicy },
  'queue.savePolicy': { input: queuePolicy, output: queuePolicy },

  'directory.search': {
    input: z.object({ text: z.string().max(200), limit: z.int().min(1).max(200).default(50) }),
    output: z.array(agency),
  },
  /** Whether those that a document names are still in the directory, and under which code. */
  'directory.standings': {
    input: z.object({ ids: z.array(organId).max(500) }),
    output: z.array(recipientStanding),
  },
  /** Nhóm nơi nhận, the one used last first. */
  'directory.groups': { input: nothing, output: z.array(recipientGroup) },
  'directory.saveGroup': {
    input: recipientGroup.extend({ id: recipientGroupId.optional() }),
    output: z.array(recipientGroup),
  },
  /** Its recipients are taken into a document: it comes first from now on. */
  'directory.useGroup': { input: z.object({ id: recipientGroupId }), output: z.array(recipientGroup) },
  'directory.removeGroup': { input: z.object({ id: recipientGroupId }), output: z.array(recipientGroup) },
} satisfies Requests
