/** One request. Header names go out as written; values must be ASCII. */
export interface HttpRequest {
  readonly url: URL
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  /** Names the request for servers on the way that keep records (see xroad.ts); plain HTTP has no place for it. */
  readonly id?: string | undefined
  readonly body?: string | AsyncIterable<Uint8Array> | undefined
  /** Ends the request; its reason is what the caller gets. */
  readonly signal: AbortSignal
}

/** The beginning of an answer; the body follows as it arrives. Read it to the end or call `discard`. */
export interface HttpResponse {
  /** What was asked. */
  readonly url: URL
  readonly status: number
  /** First value of a header, by lower-case name. */
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  discard(): void
}

/** HTTP as the hub seam needs it. */
export interface Http {
  /**
   * Never follows a redirect, never retries.
   * @throws AppError `hub/*` by the hop where it failed ({@link lineFailure}), `hub/certificate-*` for a server
   *   that is not trusted, or the signal's reason. Errors of a request body's own source come out as they are.
   */
  request(request: HttpRequest): Promise<HttpResponse>
  close(): Promise<void>
}
