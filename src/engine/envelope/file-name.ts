import { Buffer } from 'node:buffer'

/** Names that Windows keeps for devices, with or without an extension. @source Win32 "Naming Files" */
const DEVICE_NAME = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i

/** UTF-8 bytes; NTFS allows 255 UTF-16 units and Linux 255 bytes, and our store may add to it. */
const MAXIMUM_BYTES = 200

/**
 * A file name from a packet, made safe to save under on Windows and Linux: no folders, no control or
 * direction characters, no characters and names that Windows refuses, not too long (the extension
 * stays). Vietnamese letters stay, composed (NFC).
 *
 * @param fallback what to use when nothing is left of the name
 */
export function safeFileName(name: string, fallback: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  if (clean === '') return fallback
  return shortened(DEVICE_NAME.test(clean) ? `_${clean}` : clean)
}

/** The names in order, each different from the ones before even where case does not count: `a (2).pdf`. */
export function distinctFileNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const { stem, extension } = split(name)
    let candidate = name
    for (let number = 2; taken.has(candidate.toLowerCase()); number += 1)
      candidate = `${stem} (${String(number)})${extension}`
    taken.add(candidate.toLowerCase())
    return candidate
  })
}

/** `name` with a second extension behind its own, which stays as well where the whole becomes too long. */
export function suffixedFileName(name: string, suffix: string): string {
  return `${shortened(name, MAXIMUM_BYTES - Buffer.byteLength(suffix))}${suffix}`
}

function shortened(name: string, most = MAXIMUM_BYTES): string {
  if (Buffer.byteLength(name) <= most) return name
  const { stem, extension } = split(name)
  let kept = ''
  let room = most - Buffer.byteLength(extension)
  for (const letter of stem) {
    room -= Buffer.byteLength(letter)
    if (room < 0) break
    kept += letter
  }
  return `${kept.trimEnd()}${extension}`
}

function split(name: string): { stem: string; extension: string } {
  const extension = /(?<=.)\.[^.\s]{1,10}$/u.exec(name)?.[0] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}
