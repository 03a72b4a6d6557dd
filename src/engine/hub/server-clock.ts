import type { Http, HttpResponse } from './http.ts'

/** Under this the `Date` header, which has no fractions of seconds, says nothing that is worth acting on. */
const WORTH_CORRECTING_MS = 2_000

/**
 * What the server's clock shows, by the `Date` header of each of its answers. What is signed for the way bears
 * this time, so that a PC whose clock is wrong can send all the same; the documents' own times stay the PC's.
 */
export interface ServerClock {
  /** The time there, epoch milliseconds: ours, until something else is known. */
  now(): number
  /** Our clock minus the server's at its last answer, in milliseconds, exact to about a second. */
  skewMs(): number | undefined
  hear(response: Pick<HttpResponse, 'header'>): void
  /** How far from the server's time {@link now} was before this answer came, in milliseconds. */
  offBefore(response: Pick<HttpResponse, 'header'>): number | undefined
}

/** A clock that has heard nothing yet. @param clock ours, epoch milliseconds */
export function serverClock(clock: () => number): ServerClock {
  const before = new WeakMap<Pick<HttpResponse, 'header'>, number>()
  let skew: number | undefined

  const correction = () => (skew === undefined || Math.abs(skew) < WORTH_CORRECTING_MS ? 0 : skew)

  return {
    now: () => clock() - correction(),
    skewMs: () => skew,
    hear(response) {
      const theirs = Date.parse(response.header('date') ?? '')
      if (Number.isNaN(theirs)) return
      // The header cuts off the fraction of the second: half a second is the best guess.
      const heard = clock() - (theirs + 500)
      before.set(response, heard - correction())
      skew = heard
    },
    offBefore: (response) => before.get(response),
  }
}

/** Has a clock hear every answer. */
export function heardBy(clock: ServerClock, http: Http): Http {
  return {
    async request(request) {
      const response = await http.request(request)
      clock.hear(response)
      return response
    },
    close: () => http.close(),
  }
}
