import { z } from 'zod'
import { restored } from '../../backup.ts'
import { agency, documentId, isoDate } from '../../document/fields.ts'
import { gapReason, numberGap, numbering, numberingRules, numberPreview } from '../../document/numbering.ts'
import { numberFields, numberPlacement } from '../../document/number-placement.ts'
import { recallRoute } from '../../document/request.ts'
import { deadline, workCalendar } from '../../document/working-days.ts'
import { errorCode, nothing, codeNumber, certificateChoice } from './values.ts'
import { changedHub, hubSettings, newHub } from './hub.ts'
import type { Requests } from './values.ts'

const tokenSettings = z.object({
  /** Absolute path of the PKCS#11 module, or of a .p12 file for practice. */
  modulePath: z.string().min(1).max(1000),
  person: certificateChoice.optional(),
  agency: certificateChoice.optional(),
})

export type TokenSettings = z.output<typeof tokenSettings>

/** `new`: no store yet; `locked`: the recovery code is needed; `open`: at work. */
const officeStatus = z.object({
  phase: z.enum(['new', 'locked', 'open']),
  /** Whether the operating system keeps our key. Where it does not, the code is asked at each start. */
  keyStore: z.enum(['os', 'none']),
  /** Why it is locked or cannot be opened, if not for want of the code. */
  error: errorCode.optional(),
  agency: agency.optional(),
  clerkName: z.string().optional(),
  /** This office was brought back from a backup, and the clerk has not compared numbers yet. */
  restored: restored.optional(),
  /** Software certificates in use: "thử nghiệm" is shown everywhere. */
  practice: z.boolean(),
  /** Set in practice: what opens the practice token, and who answers. */
  exercise: z.object({ pin: z.string(), correspondent: z.string() }).optional(),
})

export type OfficeStatus = z.output<typeof officeStatus>

export const settings = z.object({
  agency,
  clerkName: z.string().max(50),
  hub: hubSettings.optional(),
  token: tokenSettings.optional(),
  numberPlacement,
  recallRoute,
})

export type Settings = z.output<typeof settings>

const counts = z.object({
  drafts: z.int(),
  sentBack: z.int(),
  toApprove: z.int(),
  toSign: z.int(),
  outbox: z.int(),
  new: z.int(),
  asked: z.int(),
  handling: z.int(),
  quarantine: z.int(),
})

export type Counts = z.output<typeof counts>

/** The office itself: opening it, its settings, numbering, calendar, deadlines and counts. */
export const officeContract = {
  'office.status': { input: nothing, output: officeStatus },
  /** First step of the wizard's last page: makes the code that must be written down. */
  'office.newRecoveryCode': { input: nothing, output: z.object({ recoveryCode: z.string() }) },
  /** Makes the encrypted store. `recoveryCode` is what the clerk typed back. */
  'office.create': {
    input: z.object({
      agency,
      clerkName: z.string().trim().min(1).max(50),
      hub: newHub.optional(),
      token: tokenSettings.optional(),
      recoveryCode: z.string().max(200),
    }),
    output: officeStatus,
  },
  'office.unlock': { input: z.object({ recoveryCode: z.string().max(200) }), output: officeStatus },

  /** "Dùng thử với cơ quan giả định". Answered at once; then the window begins anew in the practice. */
  'practice.enter': { input: nothing, output: nothing },
  /** Back to the real office or its wizard; `discard` throws away what was practised. */
  'practice.leave': { input: z.object({ discard: z.boolean() }), output: nothing },
  /** Throws it away and begins anew. */
  'practice.renew': { input: nothing, output: nothing },

  'settings.current': { input: nothing, output: settings },
  'settings.save': {
    input: z.object({
      agency,
      clerkName: z.string().trim().min(1).max(50),
      hub: changedHub.optional(),
      token: tokenSettings.optional(),
      /** Left out, it stays as it is. So do the names of form fields and the way of recalling. */
      numberPlacement: numberPlacement.optional(),
      numberFields: numberFields.optional(),
      recallRoute: recallRoute.optional(),
    }),
    output: settings,
  },

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
      z.object({ place: z.enum(['to-sign', 'outbox', 'new', 'handling']), id: documentId, deadline }),
    ),
  },

  counts: { input: nothing, output: counts },
} satisfies Requests
