import { AppError } from '../shared/errors.ts'
import { signerRequest } from '../shared/signing.ts'
import type { SignatureValue, SignerMessage, SignerRequest, SigningInput } from '../shared/signing.ts'
import { findModules } from './drivers.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import { openModule } from './pkcs11.ts'
import type { TokenDriver } from './token-driver.ts'

/**
 * The signer process: loads the vendor's driver and signs hashes. Nothing else. It may crash or hang at
 * any time; the engine's signer client lives with that.
 *
 * Runs as an Electron utility process, where main posts `{ type: 'port' }` with the MessagePort on which
 * the engine's requests arrive, and under plain Node as a forked child.
 */

/** Sends one message and resolves when it has left this process. */
type Post = (message: SignerMessage) => Promise<void>

/** Modules stay loaded: unloading dead-locks in some, and initialising twice breaks others. */
const modules = new Map<string, Promise<TokenDriver>>()

/** One queue per process: login state belongs to the process, not to a session. */
let queue: Promise<void> = Promise.resolve()

/** A batch between two signatures, and how it goes on. */
let asking: { readonly id: number; readonly goOn: (next: readonly SigningInput[]) => void } | undefined

function accept(raw: unknown, post: Post, leave: () => void): void {
  const parsed = signerRequest.safeParse(raw)
  // Past the queue, in which the batch that waits for this word stands first. One that nobody waits for is late.
  if (parsed.data?.op === 'more') {
    if (asking?.id === parsed.data.id) asking.goOn(parsed.data.hashes)
    return
  }
  queue = queue.then(() => work(raw, post, leave))
}

async function work(raw: unknown, post: Post, leave: () => void): Promise<void> {
  const parsed = signerRequest.safeParse(raw)
  if (!parsed.success) {
    await post({ kind: 'log', level: 'error', text: 'a request of the wrong shape was refused' })
    const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined
    if (typeof id !== 'number') return
    await post({ kind: 'failure', id, code: 'app/bad-request', message: 'a request of the wrong shape' })
    return
  }
  const request = parsed.data
  try {
    await post({ kind: 'answer', id: request.id, value: await perform(request, post) })
  } catch (caught) {
    await post(failure(request.id, caught))
  } finally {
    if (request.op === 'sign') request.pin?.fill(0)
    if (request.op === 'tokens') request.password?.fill(0)
  }
  if (request.op === 'goodbye') leave()
}

async function perform(request: SignerRequest, post: Post): Promise<unknown> {
  switch (request.op) {
    case 'modules':
      return findModules(request.paths)
    case 'tokens':
      return (await driver(request.modulePath, post)).tokens(request.password)
    case 'sign':
      return (await driver(request.modulePath, post)).sign(request, (signature) =>
        nextAfter(signature, request, post),
      )
    case 'goodbye':
      return null
    case 'more':
      throw new AppError('app/bad-request', 'nobody waits for more')
  }
}

/**
 * Tells of a signature and waits for what it calls for.
 *
 * @throws {AppError} `sign/session-expired` after the patience asked for: a login must not outlive whoever
 *   has forgotten it
 */
async function nextAfter(
  signature: SignatureValue,
  { id, patienceMs }: Extract<SignerRequest, { op: 'sign' }>,
  post: Post,
): Promise<readonly SigningInput[]> {
  let limit: NodeJS.Timeout | undefined
  const next = new Promise<readonly SigningInput[]>((resolve, reject) => {
    asking = { id, goOn: resolve }
    limit = setTimeout(() => {
      reject(new AppError('sign/session-expired', `no word for ${String(patienceMs)} ms after a signature`))
    }, patienceMs)
  })
  try {
    // Together: the word may come before the post is told that it has left.
    const [hashes] = await Promise.all([next, post({ kind: 'progress', id, signature })])
    return hashes
  } finally {
    clearTimeout(limit)
    asking = undefined
  }
}

async function driver(path: string, post: Post): Promise<TokenDriver> {
  // A practice file is read anew each time: it has no state, and it may have been replaced.
  if (isPracticeFile(path)) {
    // Only now: reading PKCS#12 takes half of this program, and who has a token waits for it at every start.
    const { openPkcs12 } = await import('./pkcs12.ts')
    return openPkcs12(path)
  }
  const loaded = modules.get(path)
  if (loaded !== undefined) return loaded
  const loading = openModule(path, (level, text) => void post({ kind: 'log', level, text }))
  modules.set(path, loading)
  // The next request may try again: a missing file or dependency can be put right meanwhile.
  loading.catch(() => modules.delete(path))
  return loading
}

function failure(id: number, caught: unknown): SignerMessage {
  if (!(caught instanceof AppError)) {
    const message = caught instanceof Error ? caught.message : 'unknown'
    return { kind: 'failure', id, code: 'app/unexpected', message }
  }
  const { code, message, detail } = caught
  return { kind: 'failure', id, code, message, ...(detail === undefined ? {} : { detail }) }
}

/** As much of Electron's `MessagePortMain` and `process.parentPort` as is used here. */
interface Port {
  on(event: 'message', listener: (event: { data: unknown; ports: readonly Port[] }) => void): void
  on(event: 'close', listener: () => void): void
  postMessage(message: unknown): void
  start(): void
}

function isPort(value: unknown): value is Port {
  return typeof value === 'object' && value !== null && 'postMessage' in value
}

function listenToMain(main: Port): void {
  main.on('message', ({ data, ports: [port] }) => {
    if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== 'port') return
    if (port === undefined) return
    const post: Post = (message) => {
      port.postMessage(message)
      return Promise.resolve()
    }
    const leave = (): void => {
      // Main must not take our going for a crash (electron#42290).
      main.postMessage({ type: 'goodbye' })
      setImmediate(() => process.exit(0))
    }
    port.on('message', (event) => {
      accept(event.data, post, leave)
    })
    port.on('close', leave)
    port.start()
  })
}

function listenToParent(): void {
  const post: Post = (message) =>
    new Promise((resolve) => {
      if (process.connected)
        process.send?.(message, undefined, undefined, () => {
          resolve()
        })
      else resolve()
    })
  process.on('message', (message) => {
    accept(message, post, () => process.exit(0))
  })
  process.once('disconnect', () => process.exit(0))
}

const main: unknown = Reflect.get(process, 'parentPort')
if (isPort(main)) listenToMain(main)
else listenToParent()
