/** A fault that hits one operation a number of times; without `operation` it hits all of them. */
interface Aimed {
  readonly operation?: string
  /** How often; left out, until it is taken away. */
  times?: number
}

/** What the hub has been told to do wrong. Everything is off at the start and after a restart. */
export interface Faults {
  /** Every connection is destroyed as soon as it says something. */
  down: boolean
  /** Waits before each operation. */
  delayMs: number
  /** Does the work, then destroys the connection instead of answering. */
  dropAnswerAfterAccept: Aimed | null
  /** Answers FAIL with this code and text, and does nothing. */
  refuse: (Aimed & { readonly code: string; readonly desc: string }) | null
  /** Every accepted packet reaches its recipients this many more times, under new ids. */
  duplicateDeliveries: number
  /** Destroys the connection after this many bytes of a packet, coming in or going out. */
  cutAfterBytes: number | null
  /** A security server answers with this `X-Road-Error`; `after` the work instead of doing it. */
  road: (Aimed & { readonly type: string; readonly message: string; readonly after?: boolean }) | null
  /** The message log of the security server has nothing of what is asked for. */
  noEvidence: Aimed | null
  /** Answers with this HTTP status. `retryAfter` in seconds. */
  status: (Aimed & { readonly code: number; readonly retryAfter?: number }) | null
  /** Answers everything with a web page, as a captive portal does. */
  html: boolean
  /** Speed of packets in both directions. */
  bytesPerSecond: number | null
  /** Damages the next packet that is fetched. */
  corruptNext: boolean
  /** How far the hub's clock is ahead. */
  clockOffsetMs: number
}

const NONE: Readonly<Faults> = {
  down: false,
  delayMs: 0,
  dropAnswerAfterAccept: null,
  refuse: null,
  duplicateDeliveries: 0,
  cutAfterBytes: null,
  road: null,
  noEvidence: null,
  status: null,
  html: false,
  bytesPerSecond: null,
  corruptNext: false,
  clockOffsetMs: 0,
}

/** The faults of one hub and the counting of those that hit a few times. */
export interface FaultBoard {
  readonly current: Faults
  /**
   * Changes the named faults and leaves the others; `{"reset": true}` takes all away first. `true` for
   * `duplicateDeliveries` means 1.
   * @throws RangeError for a name that is no fault
   */
  set(changes: Readonly<Record<string, unknown>>): void
  /** Whether an aimed fault hits this operation now, and counts the hit. */
  hit<T extends Aimed>(fault: T | null, operation: string): T | undefined
}

/** A board with nothing wrong. */
export function faultBoard(): FaultBoard {
  const current: Faults = { ...NONE }
  return {
    current,
    set({ reset, ...changes }) {
      for (const name of Object.keys(changes)) {
        if (!Object.hasOwn(NONE, name)) throw new RangeError(`no fault is called ${name}`)
      }
      if (reset === true) Object.assign(current, NONE)
      Object.assign(current, changes)
      if (changes['duplicateDeliveries'] !== undefined) {
        current.duplicateDeliveries = Number(changes['duplicateDeliveries'])
      }
    },
    hit(fault, operation) {
      if (fault === null || (fault.operation !== undefined && fault.operation !== operation)) return undefined
      if (fault.times === undefined) return fault
      if (fault.times <= 0) return undefined
      fault.times -= 1
      return fault
    },
  }
}
