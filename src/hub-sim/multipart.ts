/**
 * The content of the one part called `name` in a multipart/form-data body.
 * @returns undefined when the body is no such thing, or ends before its closing boundary
 */
export function partOf(body: Buffer, contentType: string, name: string): Buffer | undefined {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (!/^multipart\/form-data/i.test(contentType) || boundary === null) return undefined
  const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2] ?? ''}`)
  let at = body.indexOf(delimiter)
  while (at !== -1) {
    const headFrom = at + delimiter.length + 2
    const headTo = body.indexOf('\r\n\r\n', headFrom)
    if (headTo === -1) return undefined
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), headTo + 2)
    if (next === -1) return undefined
    const head = body.subarray(headFrom, headTo).toString('latin1')
    if (new RegExp(`content-disposition:[^\\r\\n]*;\\s*name="?${name}"?(;|\\s|$)`, 'i').test(head)) {
      return body.subarray(headTo + 4, next)
    }
    at = next + 2
  }
  return undefined
}
