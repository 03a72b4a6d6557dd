import { join } from 'node:path'
import { AppError } from '../shared/errors.ts'
import {
  hostAnswer,
  toEngine,
  windowCall,
  type FromEngine,
  type HostAnswer,
  type HostRequest,
  type ToEngine,
} from '../shared/host.ts'
import { contract } from '../shared/ipc/contract.ts'
import type { z } from 'zod'
import { killAt } from './fail-point.ts'
import type { Host } from './host.ts'
import { waysFromEnvironment } from './hub/proxy.ts'
import { openEngine, type Engine } from './index.ts'
import { startCorrespondent, type Correspondent } from './practice/correspondent.ts'
import { startSignerProcess, type SignerProcess } from './signing/signer-process.ts'

/**
 * The engine's own process: an Electron utility process, or a plain Node child of a test. It turns
 * messages into calls of the engine and nothing more.
 */

/** The part of Electron's MessagePortMain that we use; plain Node has no such port. */
interface Port {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
}

/** Where messages of the parent come from and go to. */
interface Parent {
  send(message: FromEngine): void
  listen(receive: (message: unknown, ports: readonly Port[]) => void): void
}

function parentOf(): Parent {
  const utility: unknown = Reflect.get(process, 'parentPort')
  if (isPort(utility)) {
    return {
      send: (message) => {
        utility.postMessage(message)
      },
      listen: (receive) => {
        utility.on('message', (event) => {
          const ports: unknown = Reflect.get(event, 'ports')
          receive(event.data, Array.isArray(ports) ? ports.filter(isPort) : [])
        })
      },
    }
  }
  if (process.send === undefined) throw new Error('the engine is started by the app, not by hand')
  return {
    send: (message) => {
      process.send?.(message)
    },
    listen: (receive) => {
      process.on('message', (message) => {
        receive(message, [])
      })
      process.on('disconnect', () => process.exit(0))
    },
  }
}

function isPort(value: unknown): value is Port {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value
}

/** Beside the built engine, or where Node strips types itself. */
const threadOf = (folder: string, name: string) =>
  import.meta.filename.endsWith('.ts')
    ? join(import.meta.dirname, folder, `${name}.ts`)
    : join(import.meta.dirname, `${name}.js`)

const parent = parentOf()
let engine: Engine | undefined
let correspondent: Correspondent | undefined
const signers = new Map<
  number,
  { readonly connect: (port: Port) => void; readonly end: (why: string) => void }
>()
let lastSigner = 0

const asks = new Map<
  number,
  { op: HostRequest['op']; resolve: (value: unknown) => void; reject: (cause: unknown) => void }
>()
let lastAsk = 0

function ask<Op extends HostRequest['op']>(
  request: Extract<HostRequest, { op: Op }>,
): Promise<HostAnswer<Op>> {
  const answers: Record<HostRequest['op'], z.ZodType> = hostAnswer
  const schema = answers[request.op]
  return new Promise((resolve, reject) => {
    const id = ++lastAsk
    asks.set(id, {
      op: request.op,
      resolve: (value) => {
        const parsed = schema.safeParse(value)
        // The schema is the one that HostAnswer is inferred from, by the same key.
        if (parsed.success) resolve(parsed.data)
        else reject(new Error(`the desktop gave an answer of the wrong shape to ${request.op}`))
      },
      reject,
    })
    parent.send({ type: 'ask', id, request })
  })
}

/** A signer process of the desktop: started on request, reached over a port of its own. */
function desktopSigner(): SignerProcess {
  const number = ++lastSigner
  const held: unknown[] = []
  const messageListeners: ((message: unknown) => void)[] = []
  const exitListeners: ((why: string) => void)[] = []
  let port: Port | undefined
  let ended: string | undefined
  function end(why: string): void {
    if (ended !== undefined) return
    ended = why
    signers.delete(number)
    for (const listener of exitListeners) listener(why)
  }
  signers.set(number, {
    connect: (fresh) => {
      port = fresh
      fresh.on('message', ({ data }) => {
        for (const listener of messageListeners) listener(data)
      })
      fresh.start()
      for (const message of held.splice(0)) fresh.postMessage(message)
    },
    end,
  })
  ask({ op: 'startSigner', signer: number }).catch((cause: unknown) => {
    end(cause instanceof Error ? cause.message : String(cause))
  })
  return {
    send: (message) => {
      if (port === undefined) held.push(message)
      else port.postMessage(message)
    },
    onMessage: (listener) => {
      messageListeners.push(listener)
    },
    onExit: (listener) => {
      if (ended === undefined) exitListeners.push(listener)
      else listener(ended)
    },
    kill: () => {
      ask({ op: 'killSigner', signer: number }).catch((cause: unknown) => {
        log('error', `the signer could not be killed: ${String(cause)}`)
      })
    },
  }
}

/** Under plain Node the signer is a child of ours; its file is named by the environment. */
function startSigner(): SignerProcess {
  const entry = process.env['VANTHU_SIGNER_ENTRY']
  if (process.send !== undefined && entry !== undefined) return startSignerProcess(entry)
  return desktopSigner()
}

/** Says something to the desktop; under plain Node there is none that could hear it. */
function tellDesktop(request: Extract<HostRequest, { op: 'notify' | 'showStanding' }>): void {
  if (process.send !== undefined) return
  ask(request).catch((cause: unknown) => {
    log('error', `${request.op}: ${String(cause)}`)
  })
}

const updateStatus = contract['update.status'].output
const host: Host = {
  keyStore: () => ask({ op: 'keyStore' }),
  wrapKey: (key) => ask({ op: 'wrapKey', key }),
  unwrapKey: (wrapped) => ask({ op: 'unwrapKey', wrapped }),
  chooseModule: () => ask({ op: 'chooseModule' }),
  chooseOpenable: () => ask({ op: 'chooseOpenable' }),
  chooseFolder: (title) => ask({ op: 'chooseFolder', title }),
  // Plain Node has no desktop to ask; there the environment says it, as for every other program.
  resolveProxy: (url) =>
    process.send === undefined
      ? ask({ op: 'resolveProxy', url })
      : Promise.resolve(waysFromEnvironment(url, process.env)),
  saveFile: (name, bytes) => ask({ op: 'saveFile', name, bytes }),
  choosePath: (name) => ask({ op: 'choosePath', name }),
  print: (files) =>
    process.send === undefined
      ? ask({ op: 'print', files: [...files] })
      : Promise.reject(new AppError('print/failed', 'there is no desktop to print with')),
  startSigner,
  desktop: {
    abilities: () =>
      process.send === undefined ? ask({ op: 'desktopAbilities' }) : Promise.resolve({ tray: false }),
    startWithSystem: (wanted) => ask({ op: 'startWithSystem', wanted }),
    notify: (notice, evenInFront) => {
      tellDesktop({ op: 'notify', notice, evenInFront })
    },
    showStanding: (standing) => {
      tellDesktop({ op: 'showStanding', standing })
    },
    startDrag: (path) => ask({ op: 'startDrag', path }),
  },
  practice: {
    enter: () => ask({ op: 'practiceEnter' }),
    leave: (discard) => ask({ op: 'practiceLeave', discard }),
    renew: () => ask({ op: 'practiceRenew' }),
  },
  update: {
    status: async () => updateStatus.parse(await ask({ op: 'updateStatus' })),
    check: async () => updateStatus.parse(await ask({ op: 'updateCheck' })),
    download: async () => updateStatus.parse(await ask({ op: 'updateDownload' })),
    install: async () => updateStatus.parse(await ask({ op: 'updateInstall' })),
  },
  log,
}

function log(level: 'info' | 'warn' | 'error', text: string): void {
  parent.send({ type: 'log', level, text })
}

function serveWindow(port: Port, running: Engine): void {
  const stop = running.onChange((changed) => {
    port.postMessage({ topic: changed })
  })
  port.on('message', ({ data }) => {
    const call = windowCall.safeParse(data)
    if (!call.success) {
      log('error', 'a window sent a message of the wrong shape')
      return
    }
    const { id, method, input } = call.data
    void running.answer(method, input).then((reply) => {
      port.postMessage({ id, reply })
    })
  })
  port.on('close', stop)
  port.start()
}

function timer(afterMs: number, callback: () => void): () => void {
  const handle = setTimeout(callback, afterMs)
  return () => {
    clearTimeout(handle)
  }
}

async function begin(message: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  const running = await openEngine({
    profileDir: message.profileDir,
    host,
    now: Date.now,
    random: Math.random,
    timer,
    reach: killAt(message.failPoint),
    bodyWorker: threadOf('pdf', 'body-worker'),
    wordWorker: threadOf('page', 'word-worker'),
    examineWorker: threadOf('store', 'examine-worker'),
    ...(message.practice === undefined ? {} : { practice: message.practice }),
    ...(message.nativeBinding === undefined ? {} : { nativeBinding: message.nativeBinding }),
    ...(message.settleMs === undefined ? {} : { settleMs: message.settleMs }),
    ...(message.tokenDeadlineMs === undefined ? {} : { tokenDeadlineMs: message.tokenDeadlineMs }),
    ...(message.pollIntervalMs === undefined ? {} : { pollIntervalMs: message.pollIntervalMs }),
  })
  engine = running
  running.onChange((changed) => {
    parent.send({ type: 'topic', topic: changed })
  })
  if (message.practice?.part === 'correspondent') {
    const answer: Engine['answer'] = (method, input) => running.answer(method, input)
    correspondent = startCorrespondent({ answer, timer, now: Date.now, log })
  }
  parent.send({ type: 'ready' })
}

async function receive(raw: unknown, ports: readonly Port[]): Promise<void> {
  const parsed = toEngine.safeParse(raw)
  if (!parsed.success) {
    log('error', 'the parent sent a message of the wrong shape')
    return
  }
  const message = parsed.data
  const [port] = ports
  switch (message.type) {
    case 'start':
      await begin(message)
      return
    case 'window':
      if (port !== undefined && engine !== undefined) serveWindow(port, engine)
      return
    case 'signer':
      if (port !== undefined) signers.get(message.signer)?.connect(port)
      return
    case 'signer-exit':
      signers.get(message.signer)?.end(`signer ended with code ${String(message.code)}`)
      return
    case 'wake':
      engine?.wake()
      return
    case 'want':
      engine?.want(message.wanted)
      return
    case 'openFile':
      engine?.openFile(message.path)
      return
    case 'changed':
      engine?.tell(message.topic)
      return
    case 'answer':
      asks.get(message.id)?.resolve(message.value)
      asks.delete(message.id)
      return
    case 'refusal':
      asks.get(message.id)?.reject(new AppError(message.code, message.message))
      asks.delete(message.id)
      return
    case 'call':
      if (engine !== undefined) {
        parent.send({
          type: 'reply',
          id: message.id,
          reply: await engine.answer(message.method, message.input),
        })
      }
      return
    case 'ping':
      parent.send({ type: 'pong', id: message.id })
      return
    case 'goodbye':
      correspondent?.stop()
      await engine?.close()
      parent.send({ type: 'bye' })
      setImmediate(() => process.exit(0))
      return
  }
}

parent.listen((message, ports) => {
  receive(message, ports).catch((cause: unknown) => {
    log('error', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
    process.exitCode = 1
    process.exit()
  })
})
