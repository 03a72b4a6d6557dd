import { z } from 'zod'
import { serverCertificate } from './connection.ts'
import { instant } from './document/fields.ts'
import { ERROR_CODES } from './errors.ts'

/**
 * The way to the hub, walked by hand in this order: this PC has a network, the server's name (or the proxy's) is
 * known, a connection opens, the server is who it should be, it answers, the clocks agree, the hub takes our
 * name and secret, its lists can be read.
 */
export const SERVER_STEPS = [
  'network',
  'name',
  'connection',
  'security',
  'server',
  'clock',
  'access',
  'lists',
] as const
export type ServerStep = (typeof SERVER_STEPS)[number]

/** The same where a folder stands in place of a hub: it is there, takes what is written, we can seal, what it holds. */
const FOLDER_STEPS = ['folder', 'writing', 'own-key', 'packages'] as const

export const checkStep = z.enum([...SERVER_STEPS, ...FOLDER_STEPS])
export type CheckStep = z.output<typeof checkStep>

/** How one step went. Facts are there as far as the step learnt them; none of them is a secret. */
export const checkedStep = z.object({
  step: checkStep,
  /** `warning`: the way can be gone, but somebody should know; `passed`: there was nothing to look at. */
  state: z.enum(['waiting', 'running', 'good', 'warning', 'failed', 'passed', 'skipped']),
  error: z.enum(ERROR_CODES).optional(),
  /** See AppErrorOptions.detail. */
  detail: z.string().optional(),
  addresses: z.array(z.string()).optional(),
  /** Host and port of the proxy that is used. */
  proxy: z.string().optional(),
  milliseconds: z.int().optional(),
  certificate: serverCertificate.optional(),
  /** What vouches for the certificate. */
  trustedBy: z.enum(['pin', 'office', 'web']).optional(),
  httpStatus: z.int().optional(),
  /** Our clock minus the server's. */
  clockSkewMs: z.int().optional(),
  documents: z.int().optional(),
  statuses: z.int().optional(),
  agencies: z.int().optional(),
  /** Files in an exchange folder that are not taken, and why. */
  strange: z.array(z.object({ name: z.string(), code: z.enum(ERROR_CODES) })).optional(),
})
export type CheckedStep = z.output<typeof checkedStep>

/** A check, under way or finished. */
export const connectionCheck = z.object({
  startedAt: instant,
  running: z.boolean(),
  /** What was checked: protocol, address or folder, and our name there. */
  kind: z.string(),
  url: z.string(),
  /** Empty where no hub knows us: a folder asks for none. */
  systemId: z.string(),
  steps: z.array(checkedStep),
})
export type ConnectionCheck = z.output<typeof connectionCheck>
