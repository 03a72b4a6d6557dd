import { type Certificate, readName } from './certificate.ts'
import { childrenOfTag, type Element, onlyChild, TAG } from './der.ts'

/** GeneralName kinds with rules here: [1] rfc822Name, [2] dNSName, [4] directoryName. */
const EMAIL = 0x81
const DNS = 0x82
const DIRECTORY = 0xa4

/** A name a certificate bears, in the form its kind is compared in. */
interface BorneName {
  readonly kind: number
  readonly value: readonly string[]
}

function ascii(element: Element): string {
  return Buffer.from(element.content).toString('latin1').toLowerCase()
}

function read(generalName: Element): BorneName {
  return generalName.tag === DIRECTORY
    ? { kind: DIRECTORY, value: readName(onlyChild(generalName, DIRECTORY)).foldedRdns }
    : { kind: generalName.tag, value: [ascii(generalName)] }
}

function namesOf(certificate: Certificate): BorneName[] {
  const { foldedRdns, email } = certificate.subject
  const names = certificate.alternativeNames.map(read)
  if (foldedRdns.length > 0) names.push({ kind: DIRECTORY, value: foldedRdns })
  if (email !== undefined && !names.some((name) => name.kind === EMAIL)) {
    names.push({ kind: EMAIL, value: [email.toLowerCase()] })
  }
  return names
}

/** Whether a name lies in a subtree (RFC 5280 section 4.2.1.10). */
function within(name: BorneName, base: BorneName): boolean {
  if (name.kind === DIRECTORY) return base.value.every((rdn, index) => name.value[index] === rdn)
  const [text = ''] = name.value
  const [limit = ''] = base.value
  if (name.kind === DNS) return limit === '' || text === limit || text.endsWith(`.${limit}`)
  const host = text.slice(text.lastIndexOf('@') + 1)
  if (limit.includes('@')) return text === limit
  return limit.startsWith('.') ? host.endsWith(limit) : host === limit
}

/**
 * Whether the NameConstraints of a CA admit the names of a certificate below it. Kinds of names that
 * have no rule here are refused where a constraint speaks of them.
 *
 * @throws {DerError} for a constraint that cannot be read; the caller refuses the chain
 */
export function constraintsAdmit(nameConstraints: Element, certificate: Certificate): boolean {
  const subtrees = (tag: number): BorneName[] =>
    childrenOfTag(nameConstraints, TAG.sequence)
      .filter((field) => field.tag === tag)
      .flatMap((field) => field.children.map((subtree) => read(onlyChild(subtree, TAG.sequence))))
  const permitted = subtrees(0xa0)
  const excluded = subtrees(0xa1)
  const known = new Set([EMAIL, DNS, DIRECTORY])
  return namesOf(certificate).every((name) => {
    const ofKind = (bases: readonly BorneName[]): BorneName[] =>
      bases.filter((base) => base.kind === name.kind)
    const allowed = ofKind(permitted)
    const forbidden = ofKind(excluded)
    if (!known.has(name.kind)) return allowed.length === 0 && forbidden.length === 0
    return (
      !forbidden.some((base) => within(name, base)) &&
      (allowed.length === 0 || allowed.some((base) => within(name, base)))
    )
  })
}
