/** The operating system's name of a failure, `ENOENT` and the like. */
export function systemCode(caught: unknown): string | undefined {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string'
    ? caught.code
    : undefined
}
