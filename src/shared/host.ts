import { z } from 'zod'
import { bytes } from './bytes.ts'
import { desktopAbilities, notice, standing, wanted } from './desktop.ts'
import { ERROR_CODES } from './errors.ts'
import { topic } from './ipc/topics.ts'
import { practiceStart } from './practice.ts'

/** What only the desktop can do for the engine: the OS key store, dialogs, notices, updates, starting the signer. */
export const hostRequest = z.discriminatedUnion('op', [
  z.object({ op: z.literal('keyStore') }),
  z.object({ op: z.literal('wrapKey'), key: bytes }),
  z.object({ op: z.literal('unwrapKey'), wrapped: bytes }),
  z.object({ op: z.literal('chooseModule') }),
  /** A file of those that the program opens when somebody opens it outside. */
  z.object({ op: z.literal('chooseOpenable') }),
  z.object({ op: z.literal('chooseFolder'), title: z.string().max(200) }),
  z.object({ op: z.literal('resolveProxy'), url: z.url() }),
  z.object({ op: z.literal('saveFile'), name: z.string(), bytes: bytes }),
  /** Where a file shall be written that is too large to be handed over. */
  z.object({ op: z.literal('choosePath'), name: z.string() }),
  /** The first file is the page; it may ask for the others by their names, and for nothing else. */
  z.object({
    op: z.literal('print'),
    files: z.array(z.object({ name: z.string(), contentType: z.string(), bytes })).min(1),
  }),
  /** `signer` numbers the process, so that the end of an old one is not taken for the end of a new one. */
  z.object({ op: z.literal('startSigner'), signer: z.int() }),
  z.object({ op: z.literal('killSigner'), signer: z.int() }),
  z.object({ op: z.literal('desktopAbilities') }),
  z.object({ op: z.literal('startWithSystem'), wanted: z.boolean() }),
  /** `evenInFront`: also where the clerk looks at the window, which shows nothing of it. */
  z.object({ op: z.literal('notify'), notice, evenInFront: z.boolean() }),
  z.object({ op: z.literal('showStanding'), standing }),
  z.object({ op: z.literal('startDrag'), path: z.string() }),
  /** Leads from the real office to practice, back, and to a practice begun anew. Answered before it is done. */
  z.object({ op: z.literal('practiceEnter') }),
  z.object({ op: z.literal('practiceLeave'), discard: z.boolean() }),
  z.object({ op: z.literal('practiceRenew') }),
  z.object({ op: z.literal('updateStatus') }),
  z.object({ op: z.literal('updateCheck') }),
  z.object({ op: z.literal('updateDownload') }),
  z.object({ op: z.literal('updateInstall') }),
])
export type HostRequest = z.output<typeof hostRequest>

/** What an answer of the desktop holds, by request. Bytes and paths are absent where there is none. */
export const hostAnswer = {
  keyStore: z.enum(['os', 'none']),
  wrapKey: bytes.optional(),
  unwrapKey: bytes.optional(),
  chooseModule: z.string().optional(),
  chooseOpenable: z.string().optional(),
  chooseFolder: z.string().optional(),
  resolveProxy: z.string(),
  saveFile: z.string().optional(),
  choosePath: z.string().optional(),
  print: bytes,
  startSigner: z.undefined(),
  killSigner: z.undefined(),
  desktopAbilities,
  startWithSystem: z.undefined(),
  notify: z.undefined(),
  showStanding: z.undefined(),
  startDrag: z.undefined(),
  practiceEnter: z.undefined(),
  practiceLeave: z.undefined(),
  practiceRenew: z.undefined(),
  updateStatus: z.unknown(),
  updateCheck: z.unknown(),
  updateDownload: z.unknown(),
  updateInstall: z.unknown(),
} satisfies Record<HostRequest['op'], z.ZodType>
export type HostAnswer<Op extends HostRequest['op']> = z.output<(typeof hostAnswer)[Op]>

/**
 * Main → engine. `window` and `signer` come with a MessagePort: the far end is a window's bridge, or a
 * signer process. Without ports (plain Node) a test sends `call` and receives `reply` here.
 */
export const toEngine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    /** Folder of the office profile; made if it is not there. */
    profileDir: z.string(),
    /** The compiled encrypted SQLite, where the prebuilt one does not fit this runtime. */
    nativeBinding: z.string().optional(),
    /** Plays a part in practice, and may do nothing else. Left out: a real office. */
    practice: practiceStart.optional(),
    /** Kills the process at a named step. Only main of an unpackaged app, and tests, pass it. */
    failPoint: z.string().optional(),
    /** Milliseconds between two looks at the hub when nothing else wakes us. */
    pollIntervalMs: z.int().min(100).optional(),
    /** Milliseconds that the hub gets to finish with a sending whose answer was lost. */
    settleMs: z.int().min(0).optional(),
    /** Milliseconds that a silent token driver is waited for, whatever it was asked. */
    tokenDeadlineMs: z.int().min(100).optional(),
  }),
  z.object({ type: z.literal('window') }),
  z.object({ type: z.literal('signer'), signer: z.int() }),
  z.object({ type: z.literal('signer-exit'), signer: z.int(), code: z.int() }),
  /** The line may be back, or the PC woke up. */
  z.object({ type: z.literal('wake'), why: z.enum(['resume', 'network', 'timer', 'clerk']) }),
  /** Somebody asked for something outside the window, which shall show it. */
  z.object({ type: z.literal('want'), wanted }),
  /** Somebody opened a packet or an evidence file outside the window: an absolute path. */
  z.object({ type: z.literal('openFile'), path: z.string().max(32_767) }),
  z.object({ type: z.literal('changed'), topic }),
  z.object({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ type: z.literal('refusal'), id: z.int(), code: z.enum(ERROR_CODES), message: z.string() }),
  z.object({ type: z.literal('call'), id: z.int(), method: z.string(), input: z.unknown() }),
  z.object({ type: z.literal('ping'), id: z.int() }),
  z.object({ type: z.literal('goodbye') }),
])
export type ToEngine = z.output<typeof toEngine>

/** Engine → main. `bye` is the last word before a wanted exit: an exit without it is a crash. */
export const fromEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('ask'), id: z.int(), request: hostRequest }),
  z.object({ type: z.literal('reply'), id: z.int(), reply: z.unknown() }),
  z.object({ type: z.literal('topic'), topic }),
  z.object({ type: z.literal('pong'), id: z.int() }),
  z.object({ type: z.literal('log'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
  z.object({ type: z.literal('bye') }),
])
export type FromEngine = z.output<typeof fromEngine>

/** Window → engine, over the window's own port. Whatever it calls, it gets an answer, if only a refusal. */
export const windowCall = z.object({ id: z.int(), method: z.unknown(), input: z.unknown() })
