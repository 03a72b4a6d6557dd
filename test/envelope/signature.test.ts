import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { canonicalizer, scopeTracker, type CanonicalForm } from '../../src/engine/envelope/canonical.ts'
import { PACKET_LIMITS, readPacket } from '../../src/engine/envelope/read.ts'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { readXml } from '../../src/engine/envelope/xml.ts'
import { preparePacket, verifyPacketSignature } from '../../src/engine/packet-signature.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import type { SignatureVerdict } from '../../src/shared/verdict.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { EXAMPLE_MESSAGE, fileSource } from './packets.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-xmldsig-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  // Cut where it hurts: in the middle of letters, tags and references.
  for (let at = 0; at < bytes.length; at += 7) yield await Promise.resolve(bytes.subarray(at, at + 7))
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const chunk of chunks) pieces.push(Uint8Array.from(chunk))
  return Buffer.concat(pieces)
}

/** A packet as our own office writes it, with files in it. */
function ours(): Promise<Buffer> {
  return bytesOf(
    writeDocumentPacket(EXAMPLE_MESSAGE, [
      fileSource('công văn.pdf', Buffer.from('%PDF-1.7\nmột văn bản')),
      fileSource('bảng kê.xlsx', Buffer.alloc(10_000, 'kê')),
    ]),
  )
}

async function signed(
  packet: Buffer,
  signer: MadeCertificate,
  algorithm: 'rsa-pkcs1' | 'ecdsa' = 'rsa-pkcs1',
) {
  const prepared = await preparePacket(() => once(packet), signer.der, [pki.issuing.der])
  return bytesOf(prepared.signed(tokenSign(signer, algorithm, 'sha256', prepared.hash.message)))
}

/** What xmlsec1 says of a signed packet; empty means good. */
function xmlsecComplaints(packet: Buffer): string {
  const path = join(dir, 'judged.xml')
  writeFileSync(path, packet)
  const { status, stderr } = spawnSync(
    'xmlsec1',
    ['--verify', '--trusted-pem', pki.root.certificatePath, '--enabled-key-data', 'x509', path],
    { encoding: 'utf8' },
  )
  return status === 0 ? '' : stderr
}

interface Recipe {
  readonly packetForm?: string
  readonly signedInfoForm?: string
  readonly method?: string
  readonly digest?: string
}

/** The packet signed by xmlsec1, the way a recipe says. */
function byXmlsec(packet: Buffer, signer: MadeCertificate, recipe: Recipe = {}): Buffer {
  const {
    packetForm = `<ds:Transform Algorithm="${EXCLUSIVE}"/>`,
    signedInfoForm = `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"/>`,
    method = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digest = 'http://www.w3.org/2001/04/xmlenc#sha256',
  } = recipe
  const template = `<ds:Signature xmlns:ds="${DSIG}"><ds:SignedInfo>${signedInfoForm}
    <ds:SignatureMethod Algorithm="${method}"/><ds:Reference URI=""><ds:Transforms>
    <ds:Transform Algorithm="${DSIG}enveloped-signature"/>${packetForm}</ds:Transforms>
    <ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
    <ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`
  const path = join(dir, 'template.xml')
  const out = join(dir, 'theirs.xml')
  writeFileSync(path, packet.toString().replace('</edXML:edXMLHeader>', `${template}</edXML:edXMLHeader>`))
  const key = `${signer.keyPath},${signer.certificatePath},${pki.issuing.certificatePath}`
  execFileSync('xmlsec1', ['--sign', '--privkey-pem', key, '--output', out, path])
  return readFileSync(out)
}

const sink = {
  begin: () =>
    Promise.resolve({
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(undefined),
      discard: () => Promise.resolve(),
    }),
}

/** What the inbox would find: whether it bears a signature, and the verdict on one that can be checked. */
async function received(packet: Buffer): Promise<{ present: string; verdict?: SignatureVerdict }> {
  const { signature, xmlSignature } = await readPacket(once(packet), { attachmentSink: sink })
  if (xmlSignature === undefined) return signature
  const verdict = await verifyPacketSignature(() => once(packet), xmlSignature, { trust, now: new Date() })
  return { ...signature, verdict }
}

async function gist(packet: Buffer): Promise<string> {
  const { present, verdict } = await received(packet)
  if (verdict === undefined) return present
  return [verdict.verdict, ...verdict.reasons.filter((code) => !code.endsWith('-note'))].join(' ')
}

describe('the canonical form', () => {
  const documents: readonly [string, string][] = [
    [
      'namespaces declared where they are not used',
      '<a xmlns="u:1" xmlns:b="u:2"><b:c xmlns:d="u:3"/><c/></a>',
    ],
    [
      'a prefix bound anew, and again',
      '<b:a xmlns:b="u:1"><b:c xmlns:b="u:2"><b:d xmlns:b="u:1"/></b:c></b:a>',
    ],
    ['a default namespace taken away', '<a xmlns="u:1"><b xmlns=""><c xmlns="u:1"/><d xmlns=""/></b></a>'],
    ['attributes out of order', '<a z="1" b:y="2" xmlns:c="u:1" a="3" c:x="4" xmlns:b="u:2" xml:lang="vi"/>'],
    [
      'every letter that is written otherwise',
      '<a b="&quot;&lt;&amp;&#9;&#10;&#13;\'>" >&lt;&gt;&amp;&quot;&#13;é Ễ 😀</a>',
    ],
    ['ends of lines of three kinds', '<a b="x\r\ny">1\r\n2\r3\n4&#13;\r\n</a>'],
    [
      'CDATA, comments and instructions',
      '<?p one?><!--c--><a><![CDATA[<&>]]><!-- c --><?p  two ?>x<?q?></a><!--d--><?r?>',
    ],
    ['single quotes and empty elements', "<a><b c='\"'/><d></d> <e  /></a>\n"],
  ]
  const forms: readonly [string, CanonicalForm, string][] = [
    ['exclusive', { kind: 'exclusive', prefixes: [] }, '--exc-c14n'],
    ['inclusive', { kind: 'inclusive' }, '--c14n'],
  ]

  async function canonical(xml: Uint8Array, form: CanonicalForm): Promise<string> {
    let text = ''
    const scopes = scopeTracker()
    const form14 = canonicalizer(form, (piece) => {
      text += typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1')
    })
    await readXml(once(xml), PACKET_LIMITS, {
      streams: (path) => path.at(-1)?.endsWith('streamed') === true,
      content: (bytes) => {
        form14.content(bytes)
        return Promise.resolve()
      },
      closed: () => Promise.resolve(),
      pieces: {
        opened: (tag) => {
          form14.opened(tag, scopes.opened(tag))
        },
        text: form14.text,
        instruction: form14.instruction,
        closed: (name) => {
          form14.closed(name)
          scopes.closed()
        },
      },
    })
    return text
  }

  function byXmllint(xml: string, option: string): string {
    const path = join(dir, 'canonical.xml')
    writeFileSync(path, xml)
    return execFileSync('xmllint', [option, path], { encoding: 'utf8' })
  }

  /** xmllint keeps comments, which are no part of the form that is hashed. */
  function withoutComments(xml: string): string {
    return xml.replace(/<!--[^]*?-->/g, '')
  }

  describe.each(forms)('%s', (_, form, option) => {
    test.each(documents)('of %s is what xmllint makes of it', async (__, xml) => {
      expect(await canonical(Buffer.from(xml), form)).toBe(byXmllint(withoutComments(xml), option))
    })

    test('of a packet with files is what xmllint makes of it', async () => {
      const packet = await ours()
      expect(await canonical(packet, form)).toBe(byXmllint(packet.toString(), option))
    })

    test('of content that is streamed past keeps each end of line as one, and a written-out return', async () => {
      const xml = '<a><streamed>QUJD\r\nREVG\rR0hJ&#13;\nSktM<![CDATA[\r\nTU5P]]></streamed></a>'
      expect(await canonical(Buffer.from(xml), form)).toBe(byXmllint(xml, option))
    })
  })
})

describe('a packet signed by us', () => {
  test.each([
    ['rsa2048', 'rsa-pkcs1'],
    ['rsa4096', 'rsa-pkcs1'],
    ['p256', 'ecdsa'],
    ['p384', 'ecdsa'],
  ] as const)('with a %s key is accepted by xmlsec1 and by us', async (key, algorithm) => {
    const signer = pki.issue({
      file: `packet-${key}`,
      subject: '/O=UBND xã Suối Ngọc/CN=UBND xã Suối Ngọc',
      key,
    })
    const packet = await signed(await ours(), signer, algorithm)
    expect(xmlsecComplaints(packet)).toBe('')
    expect(await gist(packet)).toBe('valid')
  })

  test('has the signature as the last child of its header, and every other byte as it was', async () => {
    const before = await ours()
    const after = (await signed(before, pki.agency)).toString()
    const element = /<Signature xmlns="http:\/\/www\.w3\.org\/2000\/09\/xmldsig#">[^]*?<\/Signature>/.exec(
      after,
    )?.[0]
    expect(element).toBeDefined()
    expect(after.replace(element ?? '', '')).toBe(before.toString())
    expect(after).toMatch(/<\/Signature><\/edXML:edXMLHeader>/)
  })

  test('names its signer', async () => {
    const { verdict } = await received(await signed(await ours(), pki.agency))
    expect(verdict?.signer).toMatchObject({ name: 'UBND xã Suối Ngọc', kind: 'agency' })
  })

  test('is not signed a second time', async () => {
    const once = await signed(await ours(), pki.agency)
    await expect(signed(once, pki.agency)).rejects.toMatchObject({ code: 'packet/ambiguous' })
  })

  test('is refused when the token answered with another key', async () => {
    const packet = await ours()
    const prepared = await preparePacket(() => once(packet), pki.agency.der, [])
    const other = tokenSign(pki.person, 'rsa-pkcs1', 'sha256', prepared.hash.message)
    expect(() => prepared.signed(other)).toThrow(expect.objectContaining({ code: 'sign/self-check-failed' }))
  })

  test('no longer matches when a letter of it was changed, a file, or the hub wrote it anew', async () => {
    const packet = (await signed(await ours(), pki.agency)).toString()
    const changes: readonly [string | RegExp, string][] = [
      ['tập huấn', 'tập  huấn'],
      [/<edXML:ContentTransferEncoded>JVBERi0xLjc/, '<edXML:ContentTransferEncoded>JVBERi0xLjd'],
      [
        '<edXML:TraceHeader>',
        '<edXML:TraceHeader><edXML:Timestamp>2026/01/15 09:31:00</edXML:Timestamp></edXML:TraceHeader><edXML:TraceHeader>',
      ],
    ]
    for (const [from, to] of changes) {
      const changed = packet.replace(from, to)
      expect(changed).not.toBe(packet)
      expect(await gist(Buffer.from(changed))).toBe('invalid content-altered')
      expect(xmlsecComplaints(Buffer.from(changed))).not.toBe('')
    }
    const digest = packet.replace(/<DigestValue>./, '<DigestValue>$')
    expect(await gist(Buffer.from(digest))).toMatch(/^invalid .*signature-value-wrong/)
  })

  test('stays good when only the way of writing changed', async () => {
    const packet = (await signed(await ours(), pki.agency)).toString()
    const rewritten = packet
      .replace('<?xml version="1.0" encoding="UTF-8"?>\n', '')
      .replace('<edXML xmlns=', '<!-- chuyển tiếp --><edXML  xmlns=')
      .replaceAll('\n', '\r\n')
    expect(await gist(Buffer.from(rewritten))).toBe('valid')
    expect(xmlsecComplaints(Buffer.from(rewritten))).toBe('')
  })
})

describe('a packet signed by xmlsec1', () => {
  const inclusive = {
    packetForm: `<ds:Transform Algorithm="${INCLUSIVE}"/>`,
    signedInfoForm: `<ds:CanonicalizationMethod Algorithm="${INCLUSIVE}"/>`,
  }
  test.each<[string, Recipe]>([
    ['in exclusive form', {}],
    ['in inclusive form', inclusive],
    ['with no form named for the packet', { packetForm: '' }],
    [
      'with prefixes kept in exclusive form',
      {
        packetForm: `<ds:Transform Algorithm="${EXCLUSIVE}"><ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="edXML #default"/></ds:Transform>`,
        signedInfoForm: `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"><ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="edXML"/></ds:CanonicalizationMethod>`,
      },
    ],
    [
      'with SHA-512',
      {
        method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
        digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
      },
    ],
  ])('%s is valid', async (_, recipe) => {
    expect(await gist(byXmlsec(await ours(), pki.agency, recipe))).toBe('valid')
  })

  test('with SHA-1, as the samples in the field have it, is intact but weak', async () => {
    const recipe = { ...inclusive, method: `${DSIG}rsa-sha1`, digest: `${DSIG}sha1` }
    const packet = byXmlsec(await ours(), pki.agency, recipe)
    expect(await gist(packet)).toBe('undetermined algorithm-weak')
    const changed = packet.toString().replace('tập huấn', 'tập trung')
    expect(await gist(Buffer.from(changed))).toBe('invalid content-altered algorithm-weak')
  })

  test('by a stranger leaves open who signed', async () => {
    const stranger = makePki(join(dir, 'stranger'), 'người lạ')
    expect(await gist(byXmlsec(await ours(), stranger.agency))).toMatch(/^undetermined root-unknown/)
  })
})

describe('a packet whose signature cannot be checked', () => {
  test('because it fell into the packet’s own namespace, says so', async () => {
    const packet = (await signed(await ours(), pki.agency)).toString()
    expect(await gist(Buffer.from(packet.replace(`<Signature xmlns="${DSIG}">`, '<Signature>')))).toBe(
      'unverifiable',
    )
  })

  test('because there are two, or it covers something else, or not the whole packet, says so', async () => {
    const packet = (await signed(await ours(), pki.agency)).toString()
    const element = /<Signature xmlns=[^]*?<\/Signature>/.exec(packet)?.[0] ?? ''
    for (const other of [
      packet.replace(element, element + element),
      packet.replace('<Reference URI="">', '<Reference URI="#body">'),
      packet.replace('<Reference URI="">', '<Reference URI=""><Transforms/></Reference><Reference URI="">'),
      packet.replaceAll(EXCLUSIVE, 'http://www.w3.org/TR/xml-exc-c14n#'),
      packet.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256'),
    ]) {
      expect(other).not.toBe(packet)
      expect(await gist(Buffer.from(other))).toBe('unverifiable')
    }
  })

  test('is not there at all in a packet without one', async () => {
    expect(await gist(await ours())).toBe('none')
  })
})

test('a packet of 80 MB is signed and checked without being held', async () => {
  const size = 60 * 1_048_576
  const block = Buffer.alloc(65_536, 'vanthu')
  const source = {
    ...fileSource('60MB.bin', Buffer.alloc(0)),
    size,
    async *open() {
      for (let at = 0; at < size; at += block.length) yield await Promise.resolve(block)
    },
  }
  const open = () => writeDocumentPacket(EXAMPLE_MESSAGE, [source])
  const before = process.memoryUsage().rss
  let growth = 0
  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      growth = Math.max(growth, process.memoryUsage().rss - before)
      yield chunk
    }
  }
  const prepared = await preparePacket(() => watched(open()), pki.agency.der, [])
  const value = tokenSign(pki.agency, 'rsa-pkcs1', 'sha256', prepared.hash.message)
  const whole = () => prepared.signed(value)
  const { xmlSignature } = await readPacket(whole(), { attachmentSink: sink })
  if (xmlSignature === undefined) throw new Error('the packet bears its signature')
  const verdict = await verifyPacketSignature(() => watched(whole()), xmlSignature, {
    trust,
    now: new Date(),
  })
  expect(verdict.reasons).not.toContain('content-altered')
  expect(verdict.reasons).not.toContain('signature-value-wrong')
  expect(growth).toBeLessThan(100 * 1_048_576)
}, 180_000)
