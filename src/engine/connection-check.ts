import type { ConnectionCheck } from '../shared/connection-check.ts'
import { checkReport } from '../shared/connection-check.vi.ts'
import { AppError } from '../shared/errors.ts'
import type { Host } from './host.ts'
import type { CheckOptions } from './hub/check-steps.ts'
import type { HubAddress } from './hub/open.ts'

/** What a check needs beside the address. */
export interface ConnectionCheckPorts {
  readonly now: () => number
  readonly host: Pick<Host, 'saveFile' | 'log'>
  /** How connections are opened as the settings stand now. */
  readonly surroundings: () => Omit<CheckOptions, 'signal' | 'onStep'>
  readonly onChange: () => void
}

/** The one check of the connection there is: a new one ends the one before. */
export function connectionChecks({ now, host, surroundings, onChange }: ConnectionCheckPorts) {
  let current: ConnectionCheck | undefined
  let abort: AbortController | undefined
  let done: Promise<void> = Promise.resolve()

  function start(address: HubAddress): ConnectionCheck {
    abort?.abort()
    const own = new AbortController()
    abort = own
    const where =
      address.kind === 'filedrop'
        ? { url: address.folder, systemId: '' }
        : { url: withoutName(address.url), systemId: address.systemId }
    let check: ConnectionCheck = {
      startedAt: now(),
      running: true,
      kind: address.kind,
      ...where,
      steps: [],
    }
    const show = (next: ConnectionCheck): void => {
      check = next
      if (abort !== own) return
      current = next
      onChange()
    }
    show(check)
    done = walk(address, {
      ...surroundings(),
      signal: own.signal,
      onStep: (steps) => {
        show({ ...check, steps: [...steps] })
      },
    })
      .catch((cause: unknown) => {
        host.log('error', `the check of the connection stopped: ${String(cause)}`)
      })
      .then(() => {
        show({ ...check, running: false })
      })
    return check
  }

  return {
    start,
    current: () => current,
    cancel(): void {
      abort?.abort()
    },
    /** Where the clerk wants it. @throws AppError `app/bad-request` when nothing was checked yet */
    async save(system: string): Promise<{ path: string | undefined }> {
      if (current === undefined) throw new AppError('app/bad-request', 'nothing was checked')
      const report = checkReport(current, system)
      return { path: await host.saveFile('kiem-tra-ket-noi.txt', Buffer.from(report)) }
    },
    async close(): Promise<void> {
      abort?.abort()
      await done
    },
  }
}

/** What it is made of comes with the first check: none is made at a start. */
async function walk(address: HubAddress, options: CheckOptions): Promise<void> {
  const { checkHub } = await import('./hub/check.ts')
  await checkHub(address, options)
}

/** An address may hold a name and a password, which belong into no report. */
function withoutName(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}
