import { looksLikeOrganId } from '../../shared/document/fields.ts'
import type {
  PacketAgency,
  PacketResponseFor,
  PacketStaff,
  PacketWarning,
} from '../../shared/document/packet.ts'
import { AppError } from '../../shared/errors.ts'
import { readDate } from './wire-time.ts'
import type { XmlElement } from './xml.ts'

/**
 * Characters that the archive rules allow per field. Longer ones are kept and warned about.
 *
 * @source Decree 30/2020/NĐ-CP, Appendix VI part II; OrganId: QCVN 102:2016 amendment 1:2022
 */
const LENGTHS: Readonly<Record<string, number>> = {
  OrganId: 35,
  OrganName: 200,
  CodeNumber: 11,
  CodeNotation: 30,
  TypeName: 100,
  Subject: 500,
  Position: 100,
  FullName: 50,
  Description: 500,
  Priority: 1,
  PromulgationAmount: 3,
  PageAmount: 3,
  // Ours: what a file system and a media type need.
  AttachmentName: 255,
  ContentType: 127,
}

/** More help nobody, and a hostile packet could make them by the thousand. */
const MAXIMUM_WARNINGS = 200

/** Reads the fields of a message by name, in whatever order they stand, and notes what is odd. */
export interface FieldReader {
  /** The child of that name, or `undefined`. @throws {AppError} `packet/ambiguous` if there are two */
  one(parent: XmlElement | undefined, name: string): XmlElement | undefined
  /** @throws {AppError} `packet/incomplete` if it is not there */
  required(parent: XmlElement, name: string): XmlElement
  /** Its trimmed text, empty if it is not there. */
  text(parent: XmlElement | undefined, name: string): string
  /** @throws {AppError} `packet/incomplete` if it is not there or empty */
  requiredText(parent: XmlElement, name: string): string
  /** The texts of all children of that name that are not empty. */
  texts(parent: XmlElement | undefined, name: string): string[]
  /** A whole number, or `undefined` with a warning if the text is something else. */
  number(parent: XmlElement | undefined, name: string): number | undefined
  /** A day, or `undefined` with a warning if the text is something else. */
  date(parent: XmlElement | undefined, name: string): string | undefined
  agency(element: XmlElement): PacketAgency
  staff(parent: XmlElement | undefined): PacketStaff
  responseFor(element: XmlElement): PacketResponseFor
  warn(code: PacketWarning['code'], about: string): void
}

/** All elements of that name, in order. */
export function all(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? []
}

/** A packet lacks what it must have, or has something unusable there. */
export function incomplete(element: string): AppError {
  return new AppError('packet/incomplete', `missing or unusable: ${element}`, { detail: element })
}

/** Makes a reader that adds to `warnings`. */
export function fieldReader(warnings: PacketWarning[]): FieldReader {
  const warn: FieldReader['warn'] = (code, about) => {
    if (warnings.length >= MAXIMUM_WARNINGS) return
    if (!warnings.some((known) => known.code === code && known.about === about))
      warnings.push({ code, about })
  }

  const one: FieldReader['one'] = (parent, name) => {
    const [first, second] = all(parent, name)
    if (second !== undefined) {
      throw new AppError('packet/ambiguous', `${name} stands there twice`, {
        detail: `${parent?.name ?? ''}/${name}`,
      })
    }
    return first
  }

  const required: FieldReader['required'] = (parent, name) => {
    const element = one(parent, name)
    if (element === undefined) throw incomplete(`${parent.name}/${name}`)
    return element
  }

  function textOf(element: XmlElement, parent: XmlElement): string {
    const text = element.text.trim()
    if (text.length > (LENGTHS[element.name] ?? Infinity))
      warn('field-too-long', `${parent.name}/${element.name}`)
    return text
  }

  const text: FieldReader['text'] = (parent, name) => {
    const element = one(parent, name)
    return element === undefined || parent === undefined ? '' : textOf(element, parent)
  }

  const requiredText: FieldReader['requiredText'] = (parent, name) => {
    const value = text(parent, name)
    if (value === '') throw incomplete(`${parent.name}/${name}`)
    return value
  }

  const date: FieldReader['date'] = (parent, name) => {
    const value = text(parent, name)
    const day = readDate(value)
    if (value !== '' && day === undefined) warn('field-unreadable', `${parent?.name ?? ''}/${name}`)
    return day
  }

  return {
    one,
    required,
    text,
    requiredText,
    date,
    warn,
    texts: (parent, name) =>
      all(parent, name)
        .map((element) => element.text.trim())
        .filter((value) => value !== ''),
    number(parent, name) {
      const value = text(parent, name)
      if (/^\d{1,9}$/.test(value)) return Number(value)
      if (value !== '') warn('field-unreadable', `${parent?.name ?? ''}/${name}`)
      return undefined
    },
    agency(element) {
      const organId = requiredText(element, 'OrganId')
      if (!looksLikeOrganId(organId)) warn('agency-id-unusual', organId)
      const organName = text(element, 'OrganName')
      if (organName === '') warn('field-missing', `${element.name}/OrganName`)
      return {
        organId,
        organizationInCharge: text(element, 'OrganizationInCharge'),
        organName,
        address: text(element, 'OrganAdd'),
        email: text(element, 'Email'),
        telephone: text(element, 'Telephone'),
        fax: text(element, 'Fax'),
        website: text(element, 'Website'),
      }
    },
    staff(parent) {
      const element = one(parent, 'StaffInfo')
      return {
        department: text(element, 'Department'),
        staff: text(element, 'Staff'),
        mobile: text(element, 'Mobile'),
        email: text(element, 'Email'),
      }
    },
    responseFor: (element) => ({
      organId: text(element, 'OrganId'),
      code: text(element, 'Code'),
      documentId: text(element, 'DocumentId'),
      promulgationDate: date(element, 'PromulgationDate'),
    }),
  }
}
