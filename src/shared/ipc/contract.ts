import { z } from 'zod'
import { bytes } from '../bytes.ts'
import { connectionCheck } from '../connection-check.ts'
import { clockLimitSeconds, connectionSettings, proxyChoice } from '../connection.ts'
import {
  agency,
  documentFile,
  documentId,
  fieldProblem,
  fileRole,
  instant,
  isoDate,
  organId,
  outgoingFields,
  sha256Hex,
} from '../document/fields.ts'
import { historyEntry } from '../document/history.ts'
import { incomingBox, incomingState } from '../document/incoming.ts'
import { gapReason, numberGap, numbering, numberingRules, numberPreview } from '../document/numbering.ts'
import { jobState } from '../document/job.ts'
import { numberFields, numberPlacement } from '../document/number-placement.ts'
import { outgoingBox, outgoingState } from '../document/outgoing.ts'
import { packetWarning } from '../document/packet.ts'
import { recipient } from '../document/recipient.ts'
import { recallRoute, receivedRequest } from '../document/request.ts'
import { scanFinding } from '../document/scan.ts'
import { personalSignature, signer } from '../document/signers.ts'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { queuePolicy } from '../queue-policy.ts'
import { signaturePolicy } from '../signature-policy.ts'
import { tokenModule } from '../signing.ts'
import { deadline, workCalendar } from '../document/working-days.ts'
import { documentVerdict } from '../verdict.ts'

/** The largest PDF the window may hand over, in bytes. */
export const MAX_PDF_BYTES = 150_000_000

/** The largest picture of a signature or a seal, in bytes. */
const MAX_PICTURE_BYTES = 2_000_000
/** How wide and how high a picture may stand on paper, in millimetres. */
const PICTURE_MM = { least: 5, most: 100 } as const

/** Whether a picture may stand so wide, or so high, on paper. */
export function isPictureMm(mm: number): boolean {
  return mm >= PICTURE_MM.least && mm <= PICTURE_MM.most
}

const errorCode = z.enum(ERROR_CODES)
const nothing = z.object({})
/**
 * Asks for the document as it stood when a signature was made: its index in the verdict, signatures that the
 * file does not show counted on from those that it shows.
 */
const signatureIndex = z.int().min(0).max(299)
const pin = z.string().min(1).max(64)
const codeNumber = z.int().min(1).max(99_999)
/** For one signature or one batch. The PIN is left out where the token has a keypad of its own. */
const pinUse = {
  pin: pin.optional(),
  /** The clerk agreed to use the last try before the token locks itself. */
  lastTry: z.boolean().optional(),
}

/** How a hub is spoken to: the national hub's SDK, or a province's LGSP. */
export const hubKind = z.enum(['vxp', 'lgsp'])
export type HubKind = z.output<typeof hubKind>

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

/** The line, the hub's address and the office's name at the hub. `secret` goes in and never comes out. */
const hubSettings = z.object({
  kind: hubKind.default('vxp'),
  url: z.url({ protocol: /^https?$/ }).max(500),
  systemId: z.string().trim().min(1).max(100),
  /** Left out, the address answers by itself. */
  road: hubRoad.optional(),
  /** The certificate of the server at this address, once a person has compared it; then no other is believed. */
  pinnedSha256: sha256Hex.optional(),
})
const hubSecret = z.string().min(1).max(500)

/** Which certificate of which token plays a role. Found again by these two, never by slot. */
export const certificateChoice = z.object({
  tokenSerial: z.string().max(64),
  certificateSha256: sha256Hex,
})
export type CertificateChoice = z.output<typeof certificateChoice>

const tokenSettings = z.object({
  /** Absolute path of the PKCS#11 module, or of a .p12 file for practice. */
  modulePath: z.string().min(1).max(1000),
  person: certificateChoice.optional(),
  agency: certificateChoice.optional(),
})
export type TokenSettings = z.output<typeof tokenSettings>

/** A certificate that has a picture, and how large that stands on paper. */
const pictureSummary = z.object({
  certificateSha256: sha256Hex,
  widthMm: z.number(),
  heightMm: z.number(),
  keptAt: instant,
})

const settings = z.object({
  agency,
  clerkName: z.string().max(50),
  hub: hubSettings.optional(),
  token: tokenSettings.optional(),
  numberPlacement,
  recallRoute,
})
export type Settings = z.output<typeof settings>

/** `new`: no store yet; `locked`: the recovery code is needed; `open`: at work. */
const officeStatus = z.object({
  phase: z.enum(['new', 'locked', 'open']),
  /** Whether the operating system keeps our key. Where it does not, the code is asked at each start. */
  keyStore: z.enum(['os', 'none']),
  /** Why it is locked or cannot be opened, if not for want of the code. */
  error: errorCode.optional(),
  agency: agency.optional(),
  clerkName: z.string().optional(),
  /** Software certificates in use: "thử nghiệm" is shown everywhere. */
  practice: z.boolean(),
})
export type OfficeStatus = z.output<typeof officeStatus>

const certificateSummary = z.object({
  sha256: sha256Hex,
  name: z.string(),
  organization: z.string().optional(),
  title: z.string().optional(),
  issuer: z.string(),
  kind: z.enum(['person', 'agency', 'unknown']),
  notBefore: instant,
  notAfter: instant,
  /** Whether it can sign now, and if not, why. */
  usable: z.boolean(),
  problem: errorCode.or(z.enum(['expired', 'not-yet-valid', 'no-key', 'not-for-signing'])).optional(),
  /** The key wants its PIN before every signature, as far as the token has told. */
  asksEachTime: z.boolean().optional(),
})
export type CertificateSummary = z.output<typeof certificateSummary>

const tokenSummary = z.object({
  serial: z.string(),
  label: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  software: z.boolean(),
  pin: z.object({
    minLength: z.int(),
    maxLength: z.int(),
    countLow: z.boolean(),
    finalTry: z.boolean(),
    locked: z.boolean(),
    /** Typed on the token's own keypad: no PIN is asked here. */
    pinPad: z.boolean(),
  }),
  certificates: z.array(certificateSummary),
})
export type TokenSummary = z.output<typeof tokenSummary>

const tokenStatus = z.object({
  modulePath: z.string().optional(),
  /** `unset`: no module chosen yet; `failed`: see `error`. */
  state: z.enum(['unset', 'absent', 'present', 'failed']),
  error: errorCode.optional(),
  /** Set while the driver has not answered for three seconds: it is given up at `deadlineAt`. */
  waiting: z.object({ since: instant, deadlineAt: instant }).optional(),
  tokens: z.array(tokenSummary),
  chosen: z.object({ person: certificateChoice.optional(), agency: certificateChoice.optional() }),
})
export type TokenStatus = z.output<typeof tokenStatus>

/** Whether a role could sign now: `ready`, `unset` (nothing chosen), or what would be refused. */
const roleDiagnosis = z.object({
  outcome: z.enum(['ready', 'unset']).or(errorCode),
  detail: z.string().optional(),
  /** The certificate that would sign, its token, and the mechanism that would be tried first. */
  name: z.string().optional(),
  token: z.string().optional(),
  mechanism: z.string().optional(),
})
export type RoleDiagnosis = z.output<typeof roleDiagnosis>

/** Everything support asks for first. No PIN was used for it and no secret is in it. */
const tokenDiagnosis = z.object({
  at: instant,
  /** Operating system and architecture of this program. */
  system: z.string(),
  modulePath: z.string().optional(),
  /** Why the chosen module shows no tokens, and in its own words. */
  error: errorCode.optional(),
  errorDetail: z.string().optional(),
  modules: z.array(tokenModule),
  tokens: z.array(
    tokenSummary.extend({
      flags: z.array(z.string()),
      mechanisms: z.array(z.string()),
      /** How many certificates are not listed: issuers' and unreadable ones. */
      others: z.int(),
    }),
  ),
  roles: z.object({ person: roleDiagnosis, agency: roleDiagnosis }),
})
export type TokenDiagnosis = z.output<typeof tokenDiagnosis>

/** A PKCS#11 module that stands on this machine, judged without loading it. */
const driverSummary = z.object({
  path: z.string(),
  name: z.string(),
  usable: z.boolean(),
  problem: z.enum(['wrong-architecture', 'not-a-module']).optional(),
})
export type DriverSummary = z.output<typeof driverSummary>

const trustedRoot = z.object({
  sha256: sha256Hex,
  name: z.string(),
  organization: z.string().optional(),
  notBefore: instant,
  notAfter: instant,
  /**
   * `imported` by this office; `known`: published and found on this machine; `confirmed`: published, seen in
   * one place only, and compared by the administrator; `unconfirmed`: not compared yet, so nothing rests on
   * it; `intermediate`: imported, helps to find the way and ends none.
   */
  source: z.enum(['imported', 'known', 'confirmed', 'unconfirmed', 'intermediate']),
  /** Vouches for time stamps only. */
  forTimeStamps: z.boolean(),
})
export type TrustedRoot = z.output<typeof trustedRoot>

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

/** The errand that carries a document, as Hộp gửi tells it. */
const deliveryStatus = z.object({
  job: jobState,
  attempts: z.int(),
  dueAt: instant,
  /** Waiting since. */
  since: instant,
  /** Over 24 hours: shown as late, never given up. */
  late: z.boolean(),
  /** The clerk put it on hold himself. */
  heldByClerk: z.boolean(),
  error: errorCode.optional(),
  /** The hub's own words, verbatim. */
  errorDetail: z.string().optional(),
  /** Whether it can still be called back: nothing of it may have reached the hub. */
  cancellable: z.boolean(),
})
export type DeliveryStatus = z.output<typeof deliveryStatus>

const outgoingSummary = z.object({
  id: documentId,
  state: outgoingState,
  typeName: z.string(),
  subject: z.string(),
  codeNumber: z.string().optional(),
  codeNotation: z.string(),
  issuedDate: isoDate.optional(),
  priority: z.int(),
  dueDate: isoDate.optional(),
  /** Who signs, in order, and what those who have signed signed with. */
  signers: z.array(signer.extend({ signed: personalSignature.optional() })),
  recipients: z.array(recipient),
  sizeBytes: z.int(),
  createdAt: instant,
  changedAt: instant,
  sentAt: instant.optional(),
  delivery: deliveryStatus.optional(),
})
export type OutgoingSummary = z.output<typeof outgoingSummary>

const outgoingDetail = outgoingSummary.extend({
  /** Rises with each save; a save of an older revision is refused as `document/changed`. */
  revision: z.int(),
  fields: outgoingFields,
  files: z.array(documentFile),
  problems: z.array(fieldProblem),
  /** Who signed, in order, as our own verifier judged it after each signature. */
  verdict: documentVerdict.optional(),
  history: z.array(historyEntry),
  /** The next free number of this document's series, offered when it is numbered. */
  nextNumber: z.string().optional(),
})
export type OutgoingDetail = z.output<typeof outgoingDetail>

const incomingSummary = z.object({
  id: documentId,
  state: incomingState,
  typeName: z.string(),
  subject: z.string(),
  code: z.string(),
  issuedDate: isoDate.optional(),
  senderOrganId: z.string(),
  senderName: z.string(),
  priority: z.int(),
  dueDate: isoDate.optional(),
  receivedAt: instant,
  verdict: documentVerdict.shape.verdict.optional(),
  arrivalNumber: z.int().optional(),
  arrivalDate: isoDate.optional(),
  /** Why it is in quarantine. */
  quarantine: z.object({ code: errorCode, detail: z.string().optional() }).optional(),
  returnReason: z.string().optional(),
  /** What its sender asked about it last, if anything. */
  request: receivedRequest.optional(),
  /** The document of its sender that takes its place. */
  replacedBy: z.object({ id: documentId, code: z.string() }).optional(),
})
export type IncomingSummary = z.output<typeof incomingSummary>

const incomingDetail = incomingSummary.extend({
  signer: z.object({ competence: z.string(), position: z.string(), fullName: z.string() }),
  place: z.string(),
  toPlaces: z.array(z.string()),
  content: z.string(),
  /** Whether a paper original follows. */
  paperFollows: z.boolean(),
  /** Shown raw beside its words: senders count the three kinds differently. */
  steeringType: z.int().optional(),
  /** Số, ký hiệu of the documents that it answers. */
  answers: z.array(z.string()),
  /** DocumentIds of those that it replaces. */
  replaces: z.array(z.string()),
  files: z.array(documentFile),
  /** Soft findings: an attachment that looks damaged, a field that is too long. */
  warnings: z.array(packetWarning),
  verdictDetail: documentVerdict.optional(),
  history: z.array(historyEntry),
  /** The arrival number that "Tiếp nhận" would give now. */
  nextArrivalNumber: z.int(),
})
export type IncomingDetail = z.output<typeof incomingDetail>

/** Where a clerk dragged a signature: its middle, in millimetres from the left and top edge of the page as shown. */
const placedSignature = z.object({
  /** 1 is the first. What is past the end stands on the last. */
  page: z.int().min(1).max(100_000),
  centreXMm: z.number().min(-10_000).max(10_000),
  centreYMm: z.number().min(-10_000).max(10_000),
})
export type PlacedSignature = z.output<typeof placedSignature>

const placeOfSignature = z.object({
  page: z.int(),
  /** Where it would stand, in millimetres of the page as shown. */
  box: z.object({
    centreXMm: z.number(),
    centreYMm: z.number(),
    widthMm: z.number(),
    heightMm: z.number(),
  }),
  /** The page as shown: turned, cropped. */
  pageBoxMm: z.object({ widthMm: z.number(), heightMm: z.number() }),
  /**
   * Whether the page says where. If not, the box is in the corner of the last page; untouched there a text
   * block stands, a picture only once it was dragged to its place.
   */
  found: z.boolean(),
  /** Whether it would lie there on text over which somebody has signed: every verifier would doubt it. */
  coversText: z.boolean(),
  /** The kept picture, PNG. Left out: a text block stands in the box. */
  picture: bytes.optional(),
})
export type PlaceOfSignature = z.output<typeof placeOfSignature>

/** Documents that are signed with one PIN. */
export const MAX_BATCH = 200
const batchIds = z.array(documentId).min(1).max(MAX_BATCH)

/** How it went for one document of a batch; without `error` it is signed. */
const signOutcome = z.object({
  id: documentId,
  error: z.object({ code: errorCode, incident: z.string(), detail: z.string().optional() }).optional(),
})

const counts = z.object({
  drafts: z.int(),
  toSign: z.int(),
  outbox: z.int(),
  sent: z.int(),
  new: z.int(),
  asked: z.int(),
  registered: z.int(),
  quarantine: z.int(),
  returned: z.int(),
})
export type Counts = z.output<typeof counts>

const updateStatus = z.object({
  currentVersion: z.string(),
  state: z.enum(['off', 'idle', 'checking', 'available', 'downloading', 'ready', 'failed']),
  version: z.string().optional(),
  receivedBytes: z.int().optional(),
  totalBytes: z.int().optional(),
  error: errorCode.optional(),
})
export type UpdateStatus = z.output<typeof updateStatus>

const page = { limit: z.int().min(1).max(200).default(100), offset: z.int().min(0).default(0) }

/** Every request a window may make. Add methods here, nowhere else. Queries are nouns, commands verbs. */
export const contract = {
  'office.status': { input: nothing, output: officeStatus },
  /** First step of the wizard's last page: makes the code that must be written down. */
  'office.newRecoveryCode': { input: nothing, output: z.object({ recoveryCode: z.string() }) },
  /** Makes the encrypted store. `recoveryCode` is what the clerk typed back. */
  'office.create': {
    input: z.object({
      agency,
      clerkName: z.string().trim().min(1).max(50),
      hub: hubSettings.extend({ secret: hubSecret }).optional(),
      token: tokenSettings.optional(),
      recoveryCode: z.string().max(200),
    }),
    output: officeStatus,
  },
  'office.unlock': { input: z.object({ recoveryCode: z.string().max(200) }), output: officeStatus },

  'settings.current': { input: nothing, output: settings },
  'settings.save': {
    input: z.object({
      agency,
      clerkName: z.string().trim().min(1).max(50),
      /** Without `secret` the stored one stays. */
      hub: hubSettings.extend({ secret: hubSecret.optional() }).optional(),
      token: tokenSettings.optional(),
      /** Left out, it stays as it is. So do the names of form fields and the way of recalling. */
      numberPlacement: numberPlacement.optional(),
      numberFields: numberFields.optional(),
      recallRoute: recallRoute.optional(),
    }),
    output: settings,
  },

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
    /** Without `secret` the stored one is used. */
    input: hubSettings.extend({ secret: hubSecret.optional() }),
    output: connectionCheck,
  },
  'connection.check': { input: nothing, output: z.object({ check: connectionCheck.optional() }) },
  'connection.cancelCheck': { input: nothing, output: nothing },
  /** As a text file, where the clerk wants it. */
  'connection.exportCheck': { input: nothing, output: z.object({ path: z.string().optional() }) },

  'line.status': { input: nothing, output: lineStatus },
  /** The clerk has seen what the hub no longer knows of; their histories keep it. */
  'line.dismissForgotten': { input: nothing, output: lineStatus },
  /** "Gửi ngay": everything due is due now. */
  'line.syncNow': { input: nothing, output: lineStatus },

  'token.status': { input: nothing, output: tokenStatus },
  /** Looks at everything anew; takes as long as the driver does. */
  'token.diagnosis': { input: nothing, output: tokenDiagnosis },
  /** The same as a text file, where the clerk wants it. */
  'token.exportDiagnosis': { input: nothing, output: z.object({ path: z.string().optional() }) },
  'token.drivers': { input: nothing, output: z.array(driverSummary) },
  /** What a module shows, before it is saved as the office's own. */
  'token.list': {
    /** `password` opens a practice file (.p12); a PKCS#11 module never gets it. */
    input: z.object({ modulePath: z.string().min(1).max(1000), password: pin.optional() }),
    output: z.array(tokenSummary),
  },
  /** Opens the system's file dialog. `undefined` when the clerk thought better of it. */
  'token.browse': { input: nothing, output: z.object({ path: z.string().optional() }) },

  /** How documents are numbered, and where each series stands this year. */
  'numbering.current': { input: nothing, output: numbering },
  /** Refused as `numbering/in-use` where a series that has begun would begin elsewhere. */
  'numbering.save': { input: numberingRules, output: numbering },
  /** What a number and a day would mean for this document, before it gets them. */
  'numbering.preview': {
    input: z.object({
      id: documentId,
      number: codeNumber.optional(),
      issuedDate: isoDate.optional(),
    }),
    output: numberPreview,
  },
  /** Numbers of a year that no document bears, by series. */
  'numbering.gaps': { input: z.object({ year: z.int().min(2000).max(2999) }), output: z.array(numberGap) },
  /** Says why numbers were passed over, or are from now on: those that follow the last one. */
  'numbering.explain': {
    input: z
      .object({
        series: z.string().max(200),
        year: z.int().min(2000).max(2999),
        from: codeNumber,
        to: codeNumber,
        why: gapReason,
      })
      .refine(({ from, to }) => from <= to),
    output: z.array(numberGap),
  },

  /** Working days and hours, from which deadlines follow. */
  'workCalendar.current': { input: nothing, output: workCalendar },
  'workCalendar.save': { input: workCalendar, output: workCalendar },
  /** What must be sent or answered soon, or should have been: the most urgent first. */
  'deadlines.pressing': {
    input: nothing,
    output: z.array(
      /** Where the clerk finds it. */
      z.object({ place: z.enum(['to-sign', 'outbox', 'new']), id: documentId, deadline }),
    ),
  },

  /** How signatures are made, and raised before a document leaves. */
  'queue.policy': { input: nothing, output: queuePolicy },
  'queue.savePolicy': { input: queuePolicy, output: queuePolicy },
  'signaturePolicy.current': { input: nothing, output: signaturePolicy },
  'signaturePolicy.save': { input: signaturePolicy, output: signaturePolicy },

  /** Roots that signatures may chain to, those that wait for a confirmation, and imported intermediates. */
  'trust.list': { input: nothing, output: z.array(trustedRoot) },
  /** A certificate file (PEM or DER) that the administrator chose, after a warning. */
  'trust.import': {
    input: z.object({ file: bytes.refine((content) => content.byteLength <= 1_000_000) }),
    output: z.array(trustedRoot),
  },
  /** Takes a published root that was seen in one place only, after its fingerprint was compared. */
  'trust.confirm': { input: z.object({ sha256: sha256Hex }), output: z.array(trustedRoot) },
  'trust.remove': { input: z.object({ sha256: sha256Hex }), output: z.array(trustedRoot) },

  /** What signatures show on the page: the person's handwriting, the agency's seal, one per certificate. */
  'appearance.pictures': { input: nothing, output: z.array(pictureSummary) },
  'appearance.picture': {
    input: z.object({ certificateSha256: sha256Hex }),
    output: z.object({
      picture: z.object({ png: bytes, widthMm: z.number(), heightMm: z.number() }).optional(),
    }),
  },
  /** Takes a PNG with transparent ground in place of the one there was. The height follows from its pixels. */
  'appearance.keepPicture': {
    input: z.object({
      certificateSha256: sha256Hex,
      png: bytes.refine((content) => content.byteLength <= MAX_PICTURE_BYTES),
      widthMm: z.number().min(PICTURE_MM.least).max(PICTURE_MM.most),
    }),
    output: z.array(pictureSummary),
  },
  'appearance.removePicture': {
    input: z.object({ certificateSha256: sha256Hex }),
    output: z.array(pictureSummary),
  },

  'directory.search': {
    input: z.object({ text: z.string().max(200), limit: z.int().min(1).max(200).default(50) }),
    output: z.array(agency),
  },
  'directory.byIds': { input: z.object({ ids: z.array(organId).max(500) }), output: z.array(agency) },

  counts: { input: nothing, output: counts },
  'outgoing.list': {
    input: z.object({ box: outgoingBox, ...page }),
    output: z.object({ total: z.int(), rows: z.array(outgoingSummary) }),
  },
  'outgoing.one': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.pdf': {
    input: z.object({ id: documentId, role: fileRole.optional(), signedBy: signatureIndex.optional() }),
    output: z.object({ bytes }),
  },
  'outgoing.draft': {
    input: z.object({ fields: outgoingFields.partial().default({}) }),
    output: outgoingDetail,
  },
  'outgoing.save': {
    input: z.object({ id: documentId, revision: z.int(), fields: outgoingFields }),
    output: outgoingDetail,
  },
  'outgoing.importPdf': {
    input: z.object({
      id: documentId,
      name: z.string().min(1).max(255),
      bytes: bytes.refine((content) => content.byteLength <= MAX_PDF_BYTES),
    }),
    output: outgoingDetail,
  },
  /** `reason`: why the number is given up, of a draft that has one. */
  /** Puts a file beside the main document of a draft; the agency will sign it too. */
  'outgoing.attach': {
    input: z.object({ id: documentId, name: z.string().min(1).max(255), bytes }),
    output: outgoingDetail,
  },
  'outgoing.detach': { input: z.object({ id: documentId, sha256: sha256Hex }), output: outgoingDetail },
  'outgoing.discard': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(300).optional() }),
    output: outgoingDetail,
  },
  /** "Hủy số": the number stays in the book as void, with the reason. */
  'outgoing.voidNumber': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(300) }),
    output: outgoingDetail,
  },
  /** What is found about the scan of a copy; nothing of any other document, or before there is a PDF. */
  'outgoing.scan': { input: z.object({ id: documentId }), output: z.array(scanFinding) },
  'outgoing.freeze': { input: z.object({ id: documentId, revision: z.int() }), output: outgoingDetail },
  'outgoing.reopen': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** Where the next signature would stand: the next person's of a frozen document, else the agency's. */
  'outgoing.signingPlace': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      /** Where the clerk wants it; left out, where the page says. */
      place: placedSignature.optional(),
    }),
    output: placeOfSignature,
  },
  /** The signature of the person whose turn it is. `place` left out: where the page says. */
  'outgoing.sign': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      ...pinUse,
      place: placedSignature.optional(),
    }),
    output: outgoingDetail,
  },
  /** Number and date, then the agency's signature, with one PIN. */
  'outgoing.seal': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      ...pinUse,
      /** Left out: the next free number of the series. */
      number: codeNumber.optional(),
      issuedDate: isoDate.optional(),
      /** Why the numbers below are passed over, where `number` leaves some out. */
      skips: gapReason.optional(),
      /** Of the seal. Left out: where the page says. */
      place: placedSignature.optional(),
    }),
    output: outgoingDetail,
  },
  /** `outgoing.sign` for many, with one PIN and one try. Each stands by itself. */
  'outgoing.signMany': {
    input: z.object({ ids: batchIds, certificate: certificateChoice, ...pinUse }),
    output: z.array(signOutcome),
  },
  /** `outgoing.seal` for many: numbers follow the order of `ids`. */
  'outgoing.sealMany': {
    input: z.object({
      ids: batchIds,
      certificate: certificateChoice,
      ...pinUse,
      issuedDate: isoDate.optional(),
    }),
    output: z.array(signOutcome),
  },
  /** "Sửa nơi nhận": other recipients for a sealed document that did not leave. Its PDF stays as it is. */
  'outgoing.readdress': {
    input: z.object({ id: documentId, recipients: z.array(organId).min(1).max(500) }),
    output: outgoingDetail,
  },
  'outgoing.submit': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Tạm dừng": stays in the outbox, does not leave until released. */
  'outgoing.hold': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Gửi trước": before all others that wait. */
  'outgoing.sendFirst': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.release': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Gửi không chờ": leaves at the level its signatures have, whatever the settings say. */
  'outgoing.sendAsItIs': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Thu hồi": asks every recipient that has a sent document to give it back. */
  'outgoing.recall': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: outgoingDetail,
  },
  /** "Soạn văn bản thay thế": a draft that takes the place of a sent document. */
  'outgoing.replace': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: outgoingDetail,
  },
  /** "Rút khỏi hộp gửi": only while nothing of it can have reached the hub. */
  'outgoing.withdraw': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.export': {
    input: z.object({ id: documentId, role: fileRole }),
    output: z.object({ path: z.string().optional() }),
  },

  'incoming.list': {
    input: z.object({ box: incomingBox, ...page }),
    output: z.object({ total: z.int(), rows: z.array(incomingSummary) }),
  },
  'incoming.one': { input: z.object({ id: documentId }), output: incomingDetail },
  'incoming.file': {
    input: z.object({ id: documentId, sha256: sha256Hex, signedBy: signatureIndex.optional() }),
    output: z.object({ bytes }),
  },
  /** "Tiếp nhận, vào sổ": gives the arrival number and sends 03. */
  'incoming.register': {
    input: z.object({ id: documentId, arrivalNumber: z.int().min(1).max(9_999_999_999).optional() }),
    output: incomingDetail,
  },
  /** "Trả lại": sends 02 with the reason. */
  'incoming.return': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  /** "Đồng ý thu hồi": the document is cancelled, its metadata kept, and 15 goes out. */
  'incoming.agree': { input: z.object({ id: documentId }), output: incomingDetail },
  /** "Từ chối": the document stays, and 16 goes out with the reason. */
  'incoming.refuse': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  /** "Soạn văn bản trả lời": a draft addressed to its sender that refers to it. */
  'incoming.reply': {
    input: z.object({
      id: documentId,
      fields: outgoingFields.pick({ place: true, codeNotation: true }).partial(),
    }),
    output: outgoingDetail,
  },
  /** "Chuyển xử lý": sends 04. `to`: the unit or person that handles it. */
  'incoming.assign': {
    input: z.object({ id: documentId, to: z.string().trim().min(1).max(200) }),
    output: incomingDetail,
  },
  /** "Đang xử lý": sends 05. */
  'incoming.process': { input: z.object({ id: documentId }), output: incomingDetail },
  /** "Hoàn thành": sends 06. */
  'incoming.finish': { input: z.object({ id: documentId }), output: incomingDetail },
  /** Puts a quarantined packet aside; its bytes are kept. */
  'incoming.dismiss': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  'incoming.export': {
    input: z.object({ id: documentId, sha256: sha256Hex }),
    output: z.object({ path: z.string().optional() }),
  },

  /**
   * Everything that proves the way of a document, as one file where the clerk wants it (docs/evidence.md).
   * `path` is left out when the clerk thought better of it.
   */
  'evidence.export': {
    input: z.object({ direction: z.enum(['outgoing', 'incoming']), id: documentId }),
    output: z.object({ path: z.string().optional(), fingerprint: sha256Hex.optional() }),
  },

  'update.status': { input: nothing, output: updateStatus },
  'update.check': { input: nothing, output: updateStatus },
  'update.download': { input: nothing, output: updateStatus },
  /** Refused as `update/busy` while a job is leased. */
  'update.install': { input: nothing, output: updateStatus },
} satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type Method = keyof typeof contract
/** What a handler receives, defaults filled in. */
export type Input<M extends Method> = z.output<(typeof contract)[M]['input']>
/** What a window may send: fields with a default may be left out. */
export type Request<M extends Method> = z.input<(typeof contract)[M]['input']>
export type Output<M extends Method> = z.output<(typeof contract)[M]['output']>
export type Handlers = { readonly [M in Method]: (input: Input<M>) => Output<M> | Promise<Output<M>> }

/** What a failure looks like to the window: the rest stays in the log, under the incident id. */
export interface Failure {
  readonly code: ErrorCode
  readonly incident: string
  /** Words to be shown verbatim, see AppErrorOptions.detail. */
  readonly detail?: string | undefined
}
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure }

/** Whether a name from a window is one of ours. */
export function isMethod(name: unknown): name is Method {
  return typeof name === 'string' && Object.hasOwn(contract, name)
}
