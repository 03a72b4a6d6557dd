import { Buffer } from 'node:buffer'
import type { PacketAgency, PacketStaff } from '../../shared/document/packet.ts'
import { AppError } from '../../shared/errors.ts'
import { EDXML, KEY_STATEMENT } from './namespaces.ts'

/** An element about to be written. Content that is a list becomes an indented block. */
export interface Markup {
  readonly name: string
  /** Where it is not that of edXML. */
  readonly prefix?: string
  readonly attributes?: string
  readonly content: string | readonly Markup[]
}

/** The opening of every packet: the root is in the default namespace, all inside carries the prefix. */
export const PACKET_START = `<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="${EDXML}">\n`
export const PACKET_END = '</edXML>\n'

/** The declaration that the envelope and the attachments repeat, as the Java SDK does. */
export const PREFIX_DECLARATION = `xmlns:edXML="${EDXML}"`

/** Everything XML 1.0 has no way to carry: control characters, lone surrogates, U+FFFE, U+FFFF. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u

/** An element with children. */
export function element(name: string, content: readonly Markup[], attributes?: string): Markup {
  return attributes === undefined ? { name, content } : { name, content, attributes }
}

/**
 * An element with text; written even when empty, because the strictest receiver known asks for every tag.
 *
 * @throws {AppError} `packet/text-unwritable` if XML cannot carry the text; it is not dropped in silence
 */
export function field(name: string, value: string | number | undefined): Markup {
  const text = String(value ?? '')
  if (UNWRITABLE.test(text)) {
    throw new AppError('packet/text-unwritable', `a character that XML cannot carry in ${name}`, {
      detail: name,
    })
  }
  return { name, content: escaped(text) }
}

/** The eight fields of an agency. */
export function agency(name: 'From' | 'To', from: PacketAgency): Markup {
  return element(name, [
    field('OrganId', from.organId),
    field('OrganizationInCharge', from.organizationInCharge),
    field('OrganName', from.organName),
    field('OrganAdd', from.address),
    field('Email', from.email),
    field('Telephone', from.telephone),
    field('Fax', from.fax),
    field('Website', from.website),
  ])
}

/** What the sender's agency states about its encryption key; nothing where it states nothing. */
export function keyStatement(statement: Uint8Array | undefined): Markup[] {
  if (statement === undefined) return []
  const content = Buffer.from(statement).toString('base64')
  return [{ name: 'EncryptionKey', prefix: 'key', attributes: `xmlns:key="${KEY_STATEMENT}"`, content }]
}

/** Who looks after the packet. */
export function staff(contact: PacketStaff): Markup {
  return element('StaffInfo', [
    field('Department', contact.department),
    field('Staff', contact.staff),
    field('Mobile', contact.mobile),
    field('Email', contact.email),
  ])
}

/** The envelope around header and body. */
export function envelope(content: readonly Markup[]): Markup {
  return element('edXMLEnvelope', content, PREFIX_DECLARATION)
}

/** A whole packet of the given parts. */
export function packet(parts: readonly Markup[]): string {
  return `${PACKET_START}${parts.map((part) => rendered(part, 1)).join('')}${PACKET_END}`
}

/** The lines of an element at a depth of two spaces a level. */
export function rendered(markup: Markup, depth: number): string {
  const indent = '  '.repeat(depth)
  const name = `${markup.prefix ?? 'edXML'}:${markup.name}`
  const start = `${indent}<${name}${markup.attributes === undefined ? '' : ` ${markup.attributes}`}>`
  const end = `</${name}>\n`
  if (typeof markup.content === 'string') return `${start}${markup.content}${end}`
  if (markup.content.length === 0) return `${start}${end}`
  return `${start}\n${markup.content.map((child) => rendered(child, depth + 1)).join('')}${indent}${end}`
}

/** A bare CR would come back as LF, so it goes as a reference. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;')
}
