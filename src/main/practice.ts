import { utilityProcess, type UtilityProcess } from 'electron'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostRequest } from '../shared/host.ts'
import { PRACTICE_PATH, type PracticePart, type PracticeStart } from '../shared/practice.ts'
import { logLine } from './log.ts'
import { supervise, type SupervisorOptions } from './processes.ts'

const HUB_DEADLINE_MS = 30_000
/** On one PC nothing is gained by waiting longer, and the clerk looks on. */
const OFFICE_POLL_MS = 2_000

/** What practice is made of. */
export interface PracticeOptions {
  /** Holds everything of it, and nothing else; thrown away as a whole. */
  readonly folder: string
  readonly hubEntry: string
  readonly engineEntry: string
  readonly signerEntry: string
  readonly nativeBinding: string | undefined
  readonly print: (files: Extract<HostRequest, { op: 'print' }>['files']) => Promise<Uint8Array>
}

/**
 * The other side of practice: the hub in a process of its own on the loopback, and an engine that plays the
 * correspondent (docs/decisions/0042-practice.md). The clerk's own engine is the caller's.
 */
export function practiceWorld(options: PracticeOptions) {
  const { folder, nativeBinding } = options
  let hub: UtilityProcess | undefined
  let correspondent: ReturnType<typeof supervise> | undefined

  function startOf(part: PracticePart, hubUrl: string, pollIntervalMs: number): SupervisorOptions['start'] {
    return {
      type: 'start',
      profileDir: join(folder, part),
      practice: { part, hubUrl, outfitPath: join(folder, `${part}.json`) } satisfies PracticeStart,
      pollIntervalMs,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    }
  }

  /** It needs a desktop for nothing but its letters. */
  async function answerCorrespondent(request: HostRequest): Promise<unknown> {
    switch (request.op) {
      case 'print':
        return options.print(request.files)
      case 'keyStore':
        return 'none'
      case 'notify':
      case 'showStanding':
        return undefined
      default:
        throw new Error(`the correspondent has no ${request.op}`)
    }
  }

  return {
    /**
     * Starts both.
     *
     * @returns with what to start the clerk's engine
     * @throws Error when the hub does not come up
     */
    async start(): Promise<SupervisorOptions['start']> {
      const started = await startHub(options.hubEntry, folder)
      hub = started.process
      correspondent = supervise({
        engineEntry: options.engineEntry,
        signerEntry: options.signerEntry,
        start: startOf('correspondent', started.url, OFFICE_POLL_MS),
        answer: answerCorrespondent,
        onEngineLost: () => undefined,
      })
      return startOf('office', started.url, OFFICE_POLL_MS)
    },
    async stop(): Promise<void> {
      await correspondent?.leave()
      correspondent = undefined
      hub?.kill()
      hub = undefined
    },
    /** Throws everything away that was practised. Only after {@link stop}. */
    async discard(): Promise<void> {
      // Windows lets go of a file some time after the process that held it has gone.
      await rm(folder, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}

/** The hub is told its folder and needs nothing else of this PC; sockets of Windows need to know where Windows is. */
async function startHub(entry: string, folder: string): Promise<{ process: UtilityProcess; url: string }> {
  const systemRoot = process.env['SystemRoot']
  const child = utilityProcess.fork(entry, ['--practice', folder], {
    serviceName: 'Văn Thư practice hub',
    env: systemRoot === undefined ? {} : { SystemRoot: systemRoot },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    logLine('warn', 'practice hub', chunk.toString('utf8').trimEnd())
  })
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8')
        const found = /^hub listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.once('exit', (code) => {
        reject(new Error(`the practice hub ended with code ${String(code)}`))
      })
      setTimeout(() => {
        reject(new Error('the practice hub does not come up'))
      }, HUB_DEADLINE_MS)
    })
    logLine('info', `practice hub ${String(child.pid ?? 0)}`, 'started')
    return { process: child, url: `${origin}${PRACTICE_PATH}vxp` }
  } catch (cause) {
    child.kill()
    throw cause
  }
}
