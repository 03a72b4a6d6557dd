import { AsyncLocalStorage } from 'node:async_hooks'
import type { z } from 'zod'

import { AppError } from '../../shared/errors.ts'
import { signerAnswers, signerMessage } from '../../shared/signing.ts'
import type {
  SignatureValue,
  SignedBatch,
  SignerRequest,
  SigningInput,
  SigningManner,
  Token,
  TokenModule,
} from '../../shared/signing.ts'
import type { SignerProcess } from './signer-process.ts'

/** One batch to sign with one certificate and one login; SHA-256 and PKCS#1 v1.5 unless told otherwise. */
export interface SignBatch extends Partial<SigningManner> {
  readonly modulePath: string
  /** Serial and fingerprint name the token; slot numbers move and labels repeat. */
  readonly tokenSerial: string
  readonly certificateSha256: string
  /** Left out only where the token has its own keypad (`pin.pinPad`). */
  readonly pin?: string
  /** The clerk agreed to use the last try before the token locks itself. */
  readonly lastTry?: boolean
  readonly hashes: readonly SigningInput[]
  /** Called for each signature as it is made, so that a pulled token loses only what is not signed yet. */
  readonly onSigned?: (signature: SignatureValue) => void
  /**
   * What a signature calls for under the same login, before what still waits: the next signature of the same
   * file is over the bytes of this one. The token waits for the answer, at most two minutes
   * (`sign/session-expired`). A rejection calls for nothing more, and rejects the batch at its end.
   */
  readonly following?: (signature: SignatureValue) => Promise<readonly SigningInput[]>
}

/** The engine's door to the signer process. Every method rejects with an {@link AppError}. */
export interface SignerClient {
  /** Drivers on this machine, checked without loading them; `paths` are files the user chose. */
  modules(paths?: readonly string[]): Promise<TokenModule[]>
  /** Tokens plugged in now. `password` opens a PKCS#12 practice file and is of no use otherwise. */
  tokens(modulePath: string, password?: string): Promise<Token[]>
  /**
   * Signs in the order given, each followed by what it calls for. One C_Login, one try; see `sign/*` in the
   * error table.
   */
  sign(batch: SignBatch): Promise<SignedBatch>
  /** The request that has had no answer for three seconds; see {@link SignerClientOptions.onSlow}. */
  slow(): SlowRequest | undefined
  /** Lets a driver be tried again after three losses: a person asked for it. */
  reset(): void
  /** Refuses what waits, says goodbye, and ends the process by force if it does not go within 2 s. */
  close(): Promise<void>
}

/** A driver that keeps the clerk waiting, in milliseconds as of now. */
export interface SlowRequest {
  /** Since it was asked, or since its last signature. */
  readonly silentMs: number
  /** Until it is given up and its process ended. */
  readonly remainingMs: number
}

export interface SignerClientOptions {
  /** How long each request may take once the signer works on it, in milliseconds. */
  readonly timeoutMs?: Partial<typeof TIMEOUT_MS>
  /** The same for every request, keypad or not: for trying out what a clerk waits for. */
  readonly deadlineMs?: number
  /** The process ends this long after its last use. 0 keeps it. Default 60 s. */
  readonly idleMs?: number
  /** A request has been without an answer for three seconds, or such a one has been answered or given up. */
  readonly onSlow?: () => void
  /** Where the signer's own log lines go. They hold no secret. */
  readonly log?: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** A slow card answers within seconds; some drivers need 15 s to notice that a reader is gone. */
const TIMEOUT_MS = {
  modules: 15_000,
  tokens: 30_000,
  sign: 60_000,
  /** For the next signature of a batch, from the one before: a hang in a long batch is seen as soon. */
  perSignature: 30_000,
  /** How long the signer stays logged in while we prepare what a signature calls for. */
  ourTurn: 120_000,
  /** Added while the clerk types on the token's own keypad. */
  pinPad: 120_000,
}
const SLOW_MS = 3_000
const GOODBYE_MS = 2_000
const LOSSES_BEFORE_REFUSAL = 3

function everywhere(ms: number | undefined): Partial<typeof TIMEOUT_MS> {
  return ms === undefined ? {} : { modules: ms, tokens: ms, sign: ms, perSignature: ms, pinPad: 0 }
}

/** A request without its id, which the client gives when it is sent. */
type Unsent = SignerRequest extends infer R
  ? R extends { id: number; op: 'more' }
    ? never
    : R extends { id: number }
      ? Omit<R, 'id'>
      : never
  : never

interface Waiting {
  readonly request: Unsent
  readonly timeoutMs: number
  /** Allowed from each sign of life to the next. */
  readonly progressMs: number
  /** What is counted together when processes are lost: one operation of one driver. */
  readonly subject: string
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly onProgress: OnProgress
}

/** Tells of a signature, and what it calls for; undefined for nothing. */
type OnProgress = (signature: SignatureValue) => Promise<readonly SigningInput[]> | undefined

/**
 * Talks to the process that loads the token driver. A driver crash costs one request, never the app.
 *
 * Nothing here retries: a repeated wrong PIN locks the token. Requests go one at a time, each with its
 * own deadline; a process that passes it is killed. A lost process rejects the request it worked on
 * with `sign/process-lost` (deadline: `sign/timed-out`), and the next request starts a new one. After
 * three losses in a row on the same operation of the same driver it is refused with
 * `sign/driver-failed` until {@link SignerClient.reset}.
 */
export function signerClient(start: () => SignerProcess, options: SignerClientOptions = {}): SignerClient {
  const timeouts = { ...TIMEOUT_MS, ...options.timeoutMs, ...everywhere(options.deadlineMs) }
  const idleMs = options.idleMs ?? 60_000
  const log = options.log ?? (() => undefined)
  const onSlow = options.onSlow ?? (() => undefined)
  const queue: Waiting[] = []
  const losses = new Map<string, number>()
  const leaving = new Set<Promise<void>>()
  let child: SignerProcess | undefined
  /** `patience` is missing while it is our turn: the driver is not silent then. */
  let current: (Waiting & { readonly id: number; patience: Patience | undefined }) | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0
  let closed = false

  function ask<V>(
    request: Unsent,
    answer: z.ZodType<V>,
    timeoutMs: number,
    progressMs = timeoutMs,
    onProgress: OnProgress = () => undefined,
  ): Promise<V> {
    return new Promise<unknown>((resolve, reject) => {
      const subject = 'modulePath' in request ? `${request.op} ${request.modulePath}` : request.op
      queue.push({ request, timeoutMs, progressMs, subject, resolve, reject, onProgress })
      sendNext()
    }).then((value) => {
      const parsed = answer.safeParse(value)
      if (parsed.success) return parsed.data
      throw new AppError('sign/driver-failed', 'the signer gave an answer of the wrong shape', {
        cause: parsed.error,
      })
    })
  }

  function sendNext(): void {
    if (current !== undefined) return
    const waiting = queue.shift()
    if (waiting === undefined) {
      rest()
      return
    }
    clearTimeout(idle)
    if (closed) {
      waiting.reject(new AppError('sign/process-lost', 'the signer is closed'))
      sendNext()
      return
    }
    if ((losses.get(waiting.subject) ?? 0) >= LOSSES_BEFORE_REFUSAL) {
      waiting.reject(
        new AppError('sign/driver-failed', `${waiting.subject}: the process was lost three times in a row`),
      )
      sendNext()
      return
    }
    const id = ++lastId
    current = { ...waiting, id, patience: patienceOf(waiting.timeoutMs, waiting) }
    try {
      child ??= begin()
    } catch (cause) {
      lose(new AppError('sign/process-lost', 'the signer process could not be started', { cause }))
      return
    }
    child.send({ id, ...waiting.request })
  }

  /** From a sign of life on: when to call the driver slow, and when to give it up. */
  function patienceOf(timeoutMs: number, { request, subject }: Waiting): Patience {
    const patience: Patience = {
      since: performance.now(),
      timeoutMs,
      isSlow: false,
      slow: setTimeout(
        () => {
          patience.isSlow = true
          onSlow()
        },
        isKeypad(request) ? 0 : SLOW_MS,
      ),
      deadline: setTimeout(() => {
        const running = child
        child = undefined
        running?.kill()
        lose(new AppError('sign/timed-out', `${subject} was silent for ${String(timeoutMs)} ms`))
      }, timeoutMs),
    }
    return patience
  }

  function calm(patience: Patience | undefined): void {
    if (patience === undefined) return
    clearTimeout(patience.slow)
    clearTimeout(patience.deadline)
    if (patience.isSlow) onSlow()
  }

  function begin(): SignerProcess {
    const running = start()
    running.onMessage((raw) => {
      if (running === child) receive(running, raw)
    })
    running.onExit((why) => {
      if (running !== child) return
      child = undefined
      log('warn', why)
      lose(new AppError('sign/process-lost', why))
    })
    return running
  }

  function receive(running: SignerProcess, raw: unknown): void {
    const parsed = signerMessage.safeParse(raw)
    if (!parsed.success) {
      child = undefined
      running.kill()
      lose(
        new AppError('sign/driver-failed', 'the signer sent a message of the wrong shape', {
          cause: parsed.error,
        }),
      )
      return
    }
    const message = parsed.data
    if (message.kind === 'log') {
      log(message.level, message.text)
      return
    }
    if (current?.id !== message.id) return
    switch (message.kind) {
      case 'progress': {
        const { patience } = current
        current.patience = undefined
        calm(patience)
        const { id, signature } = message
        const next = current.onProgress(signature)
        if (next === undefined) goOn(running, id, [])
        else {
          void next.then((hashes) => {
            goOn(running, id, hashes)
          })
        }
        return
      }
      case 'answer':
        losses.delete(current.subject)
        settle().resolve(message.value)
        break
      case 'failure': {
        losses.delete(current.subject)
        const { code, message: text, detail } = message
        settle().reject(new AppError(code, text, detail === undefined ? {} : { detail }))
        break
      }
    }
    sendNext()
  }

  /** Lets the batch go on with what its last signature calls for. From then on the driver's time runs. */
  function goOn(running: SignerProcess, id: number, hashes: readonly SigningInput[]): void {
    if (current?.id !== id) return
    current.patience = patienceOf(current.progressMs, current)
    running.send({ id, op: 'more', hashes: [...hashes] })
  }

  /** Takes the current request out of hand; its caller is told by whoever called this. */
  function settle(): Waiting {
    if (current === undefined) throw new Error('no request is being worked on')
    const settled = current
    current = undefined
    calm(settled.patience)
    wipe(settled.request)
    return settled
  }

  function lose(reason: AppError): void {
    if (current !== undefined) {
      const { subject } = current
      losses.set(subject, (losses.get(subject) ?? 0) + 1)
      settle().reject(reason)
    }
    sendNext()
  }

  function rest(): void {
    clearTimeout(idle)
    if (child === undefined || idleMs === 0) return
    idle = setTimeout(sayGoodbye, idleMs)
    idle.unref()
  }

  /** Lets the process go. It leaves by itself, or is made to. */
  function sayGoodbye(): void {
    const running = child
    if (running === undefined) return
    child = undefined
    const gone = new Promise<void>((resolve) => {
      const force = setTimeout(() => {
        running.kill()
        resolve()
      }, GOODBYE_MS)
      running.onExit(() => {
        clearTimeout(force)
        resolve()
      })
    })
    leaving.add(gone)
    void gone.then(() => leaving.delete(gone))
    running.send({ id: ++lastId, op: 'goodbye' })
  }

  return {
    modules(paths = []) {
      return ask({ op: 'modules', paths: [...paths] }, signerAnswers.modules, timeouts.modules)
    },
    tokens(modulePath, password) {
      const secret = password === undefined ? {} : { password: new TextEncoder().encode(password) }
      return ask({ op: 'tokens', modulePath, ...secret }, signerAnswers.tokens, timeouts.tokens)
    },
    async sign(signing) {
      const {
        modulePath,
        tokenSerial,
        certificateSha256,
        pin,
        lastTry,
        hashes,
        onSigned,
        following,
        ...manner
      } = signing
      const { digestAlgorithm = 'sha256', rsaScheme = 'pkcs1' } = manner
      const secret = {
        ...(pin === undefined ? {} : { pin: new TextEncoder().encode(pin) }),
        ...(lastTry === undefined ? {} : { lastTry }),
      }
      const typing = pin === undefined ? timeouts.pinPad : 0
      const asked = hashes.map(({ id }) => id)
      let signed = 0
      let failure: { readonly cause: unknown } | undefined
      const next = async (called: Promise<readonly SigningInput[]>): Promise<readonly SigningInput[]> => {
        try {
          const more = await called
          asked.splice(signed, 0, ...more.map(({ id }) => id))
          return more
        } catch (cause) {
          failure ??= { cause }
          return []
        }
      }
      const batch = await ask(
        {
          op: 'sign',
          modulePath,
          tokenSerial,
          certificateSha256,
          ...secret,
          digestAlgorithm,
          rsaScheme,
          hashes: [...hashes],
          patienceMs: timeouts.ourTurn,
        },
        signerAnswers.sign,
        timeouts.sign + typing,
        timeouts.perSignature + typing,
        // The message that brings it belongs to nobody; what it sets off is the caller's.
        AsyncLocalStorage.bind((signature: SignatureValue) => {
          signed += 1
          onSigned?.(signature)
          const called = following?.(signature)
          return called === undefined ? undefined : next(called)
        }),
      )
      if (failure !== undefined) throw failure.cause
      if (
        batch.signatures.length !== asked.length ||
        batch.signatures.some(({ id }, at) => id !== asked[at])
      ) {
        throw new AppError('sign/driver-failed', 'the signer answered for other hashes than were asked')
      }
      return batch
    },
    slow() {
      if (current?.patience?.isSlow !== true) return undefined
      const { since, timeoutMs } = current.patience
      const silentMs = performance.now() - since
      return { silentMs, remainingMs: Math.max(0, timeoutMs - silentMs) }
    },
    reset() {
      losses.clear()
    },
    async close() {
      closed = true
      clearTimeout(idle)
      for (const waiting of queue.splice(0)) {
        wipe(waiting.request)
        waiting.reject(new AppError('sign/process-lost', 'the signer is closed'))
      }
      if (current !== undefined) {
        const running = child
        child = undefined
        running?.kill()
        lose(new AppError('sign/process-lost', 'the signer was closed while it worked'))
      }
      sayGoodbye()
      await Promise.all(leaving)
    },
  }
}

/** How long a request has been silent, and how long it may be. */
interface Patience {
  readonly since: number
  readonly timeoutMs: number
  readonly slow: NodeJS.Timeout
  readonly deadline: NodeJS.Timeout
  isSlow: boolean
}

/** Whether the clerk types on the token meanwhile, and is to see at once how long that may take. */
function isKeypad(request: Unsent): boolean {
  return request.op === 'sign' && request.pin === undefined
}

/** Overwrites the secret of a request that is over. The caller's own string is beyond our reach. */
function wipe(request: Unsent): void {
  if (request.op === 'sign') request.pin?.fill(0)
  if (request.op === 'tokens') request.password?.fill(0)
}
