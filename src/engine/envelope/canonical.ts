import { Buffer } from 'node:buffer'
import type { XmlPieces, XmlTag } from './xml.ts'

/**
 * How XML is brought into the one form that is hashed. Comments are left out in both.
 *
 * @source W3C Exclusive XML Canonicalization 1.0; W3C Canonical XML 1.0
 */
export type CanonicalForm =
  | { readonly kind: 'inclusive' }
  /** `prefixes` are kept as in the inclusive form; the empty one is the default namespace. */
  | { readonly kind: 'exclusive'; readonly prefixes: readonly string[] }

/** Takes the canonical form as it grows. */
export type CanonicalSink = (piece: string | Uint8Array) => void

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

/** The namespaces and `xml:` attributes that hold at a place of a document. */
export interface XmlScope {
  /** URIs by prefix; the default namespace has the empty prefix. */
  readonly namespaces: ReadonlyMap<string, string>
  /** Values by qualified name. */
  readonly xmlAttributes: ReadonlyMap<string, string>
}

const DOCUMENT_SCOPE: XmlScope = { namespaces: new Map(), xmlAttributes: new Map() }

/** Knows what holds at each element while a document goes by. */
export function scopeTracker() {
  const scopes: XmlScope[] = [DOCUMENT_SCOPE]

  function current(): XmlScope {
    return scopes.at(-1) ?? DOCUMENT_SCOPE
  }

  return {
    current,
    opened(tag: XmlTag): XmlScope {
      const { namespaces, xmlAttributes } = current()
      const declared = tag.attributes.flatMap(({ name, prefix, local, value }): [string, string][] => {
        if (name === 'xmlns') return [['', value]]
        return prefix === 'xmlns' ? [[local, value]] : []
      })
      const xml = tag.attributes.flatMap(({ name, uri, value }): [string, string][] =>
        uri === XML_NAMESPACE ? [[name, value]] : [],
      )
      const scope = {
        namespaces: declared.length === 0 ? namespaces : new Map([...namespaces, ...declared]),
        xmlAttributes: xml.length === 0 ? xmlAttributes : new Map([...xmlAttributes, ...xml]),
      }
      scopes.push(scope)
      return scope
    },
    closed(): void {
      scopes.pop()
    },
  }
}

/**
 * Writes the canonical form of a document, or of an element with all that is inside it. It holds nothing
 * of the content, only the names of the elements that are open.
 *
 * @param inherited what holds outside an element that is taken by itself; left out for a document
 */
export function canonicalizer(
  form: CanonicalForm,
  write: CanonicalSink,
  inherited?: XmlScope,
): Pick<XmlPieces, 'text' | 'instruction'> & {
  opened(tag: XmlTag, scope: XmlScope): void
  content(bytes: Uint8Array): void
  closed(name: string): void
} {
  /** What has been written at each open element. */
  const rendered: ReadonlyMap<string, string>[] = [new Map()]
  let isBehindRoot = false

  function namespacesOf(tag: XmlTag, { namespaces }: XmlScope): [string, string][] {
    const used =
      form.kind === 'inclusive'
        ? [...namespaces.keys()]
        : [
            tag.prefix,
            ...tag.attributes.flatMap(({ prefix }) => (prefix === '' || prefix === 'xmlns' ? [] : [prefix])),
            ...form.prefixes.filter((prefix) => namespaces.has(prefix)),
          ]
    const above = rendered.at(-1)
    return [...new Set(used)].flatMap((prefix): [string, string][] => {
      const uri = namespaces.get(prefix) ?? ''
      // The prefix `xml` is known without being declared; a default that is nowhere set is not unset.
      if (prefix === 'xml' || (above?.get(prefix) ?? '') === uri) return []
      return [[prefix, uri]]
    })
  }

  function attributesOf(tag: XmlTag): { name: string; uri: string; local: string; value: string }[] {
    const own = tag.attributes.filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
    if (form.kind === 'exclusive' || inherited === undefined || rendered.length > 1) return [...own]
    // Canonical XML 1.0 section 2.4: an element that stands alone takes the xml: attributes from above it.
    const outside = [...inherited.xmlAttributes].map(([name, value]) => ({
      name,
      uri: XML_NAMESPACE,
      local: name.slice(name.indexOf(':') + 1),
      value,
    }))
    return [...own, ...outside.filter(({ name }) => own.every((other) => other.name !== name))]
  }

  return {
    opened(tag, scope) {
      const namespaces = namespacesOf(tag, scope).sort(([a], [b]) => byCodePoints(a, b))
      const attributes = attributesOf(tag).sort(
        (a, b) => byCodePoints(a.uri, b.uri) || byCodePoints(a.local, b.local),
      )
      write(
        [
          `<${tag.name}`,
          ...namespaces.map(
            ([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${inQuotes(uri)}"`,
          ),
          ...attributes.map(({ name, value }) => ` ${name}="${inQuotes(value)}"`),
          '>',
        ].join(''),
      )
      const above = rendered.at(-1) ?? new Map<string, string>()
      rendered.push(namespaces.length === 0 ? above : new Map([...above, ...namespaces]))
    },
    text(text) {
      // Outside the root there is nothing but white space, which is not kept.
      if (rendered.length > 1) write(inText(text))
    },
    content(bytes) {
      // Letters of base64 and white space; the one of them that is not written as it is, is rare.
      write(bytes.includes(CARRIAGE_RETURN) ? inText(Buffer.from(bytes).toString('latin1')) : bytes)
    },
    instruction(target, body) {
      const whole = `<?${target}${body === '' ? '' : ` ${body}`}?>`
      if (rendered.length > 1) write(whole)
      else write(isBehindRoot ? `\n${whole}` : `${whole}\n`)
    },
    closed(name) {
      write(`</${name}>`)
      rendered.pop()
      isBehindRoot = rendered.length === 1
    },
  }
}

const CARRIAGE_RETURN = 0x0d

function byCodePoints(a: string, b: string): number {
  // UTF-16 units order letters beyond U+FFFF before some below; UTF-8 does not.
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function inText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;')
}

function inQuotes(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;')
}
