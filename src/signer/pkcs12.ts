import { constants, createHash, createPrivateKey, privateEncrypt, sign as signMessage } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

import forge from 'node-forge'

import { AppError } from '../shared/errors.ts'
import type { SigningInput, SigningManner, Token } from '../shared/signing.ts'
import { issuersOf, readCertificate } from './certificates.ts'
import type { StoredCertificate } from './certificates.ts'
import { digestInfo, paddingOf, requireDigests, requireSigned, signInTurn } from './signature.ts'
import type { TokenDriver } from './token-driver.ts'

/** A practice file is a few kilobytes; nobody's token is larger than this. */
const MAX_BYTES = 1_000_000

/**
 * A software token from a PKCS#12 file, for practice on machines without PKCS#11. Its PIN is the file's
 * password. Certificates kept in clear (as node-forge and `openssl pkcs12 -certpbe NONE` write them) are
 * listed without it; encrypted ones once the password was given.
 *
 * @throws {AppError} `sign/module-missing`, or `sign/module-failed` where it is no PKCS#12 file
 */
export function openPkcs12(path: string): TokenDriver {
  const file = readFile(path)
  const serial = createHash('sha256').update(file).digest('hex').slice(0, 16)
  const clear = clearCertificates(file)
  const open = (password: Uint8Array): Content =>
    decrypt(file, Buffer.from(password.buffer, password.byteOffset, password.byteLength).toString('utf8'))

  return {
    tokens(password) {
      const certificates = password === undefined ? clear : open(password).certificates
      return [
        {
          serial,
          label: basename(path),
          manufacturer: 'PKCS#12',
          model: '',
          software: true,
          pin: { minLength: 0, maxLength: 0, countLow: false, finalTry: false, locked: false, pinPad: false },
          flags: [],
          mechanisms: [],
          certificates: certificates.map(({ facts, x509 }) => ({
            ...facts,
            hasKey: !x509.ca,
            ...(facts.algorithm === 'rsa' ? { pss: true } : {}),
          })),
        } satisfies Token,
      ]
    },
    async sign(request, onSigned) {
      requireDigests(request.digestAlgorithm, request.hashes)
      if (request.tokenSerial !== serial)
        throw new AppError('sign/token-missing', 'the file is another one now')
      const { certificates, keys } = open(request.pin ?? new Uint8Array())
      const own = certificates.find(({ facts }) => facts.sha256 === request.certificateSha256)
      if (own === undefined)
        throw new AppError('sign/certificate-missing', 'the file holds another certificate')
      const key = keys.find((candidate) => own.x509.checkPrivateKey(candidate))
      if (key === undefined)
        throw new AppError('sign/key-missing', 'the file holds no key of this certificate')
      const isRsa = own.facts.algorithm === 'rsa'
      const valueOf = (hash: SigningInput): Uint8Array => {
        const value = isRsa ? signRsa(key, hash, request) : signEcdsa(key, hash, request)
        requireSigned(own, hash, request, value)
        return value
      }
      const signatures = await signInTurn(request.digestAlgorithm, request.hashes, valueOf, onSigned)
      return {
        algorithm: isRsa ? `rsa-${request.rsaScheme}` : 'ecdsa',
        certificate: own.facts.der,
        chain: issuersOf(own, certificates),
        signatures,
      }
    },
  }
}

/** What the password opens. */
interface Content {
  readonly certificates: StoredCertificate[]
  readonly keys: KeyObject[]
}

function readFile(path: string): Buffer {
  let file: Buffer
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new AppError('sign/module-failed', 'too large for a PKCS#12 file')
    file = readFileSync(path)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('sign/module-missing', `cannot read ${path}`, { cause })
  }
  return file
}

function signRsa(key: KeyObject, { digest, message }: SigningInput, manner: SigningManner): Uint8Array {
  const { digestAlgorithm, rsaScheme } = manner
  if (rsaScheme === 'pkcs1') {
    const block = digestInfo(digestAlgorithm, digest)
    return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, block))
  }
  return new Uint8Array(signMessage(digestAlgorithm, needMessage(message), { key, ...paddingOf(manner) }))
}

function signEcdsa(
  key: KeyObject,
  { message }: SigningInput,
  { digestAlgorithm }: SigningManner,
): Uint8Array {
  return new Uint8Array(
    signMessage(digestAlgorithm, needMessage(message), { key, dsaEncoding: 'ieee-p1363' }),
  )
}

function needMessage(message: Uint8Array | undefined): Uint8Array {
  if (message !== undefined) return message
  throw new AppError('sign/mechanism-missing', 'a software key signs a message this way, not a bare hash')
}

type Node = forge.asn1.Asn1

/** Certificates that lie in the file without encryption. None where the file is not readable without a password. */
function clearCertificates(file: Buffer): StoredCertificate[] {
  let pfx: Node
  try {
    pfx = parse(file)
  } catch (cause) {
    throw new AppError('sign/module-failed', 'not a PKCS#12 file', { cause })
  }
  try {
    // PFX { version, authSafe ContentInfo { data, [0] OCTET STRING }, macData } (RFC 7292, section 4)
    const authenticatedSafe = parse(octets(dig(pfx, 1, 1, 0)))
    return children(authenticatedSafe).flatMap((contentInfo) => {
      if (oid(dig(contentInfo, 0)) !== forge.pki.oids['data']) return []
      return children(parse(octets(dig(contentInfo, 1, 0)))).flatMap((bag) => {
        if (oid(dig(bag, 0)) !== forge.pki.oids['certBag']) return []
        return readCertificate(octets(dig(bag, 1, 0, 1, 0)), Buffer.alloc(0)) ?? []
      })
    })
  } catch {
    // Built in a way we do not know: the password will open it, or tell why not.
    return []
  }
}

/** How node-forge 1.4 says that a password does not fit. */
const WRONG_MAC = /MAC could not be verified/
const WRONG_PASSWORD = /password|MAC could not be verified|Failed to decrypt/i

/**
 * Letters beyond ASCII are UTF-16 in the file's check and in its old ciphers (RFC 7292, B.1), but UTF-8 in
 * PBES2, as openssl 3 writes it. node-forge does the former only, so once the check has passed the latter
 * is tried. It is the same password, and a file has no counter of wrong ones.
 */
function openBags(file: Buffer, password: string): forge.pkcs12.Bag[] {
  const bagsOf = (pfx: Node, secret: string): forge.pkcs12.Bag[] =>
    forge.pkcs12.pkcs12FromAsn1(pfx, false, secret).safeContents.flatMap(({ safeBags }) => safeBags)
  try {
    return bagsOf(parse(file), password)
  } catch (caught) {
    const utf8 = forge.util.encodeUtf8(password)
    if (utf8 === password || (caught instanceof Error && WRONG_MAC.test(caught.message))) throw caught
    const withoutCheck = parse(file)
    children(withoutCheck).splice(2)
    return bagsOf(withoutCheck, utf8)
  }
}

function decrypt(file: Buffer, password: string): Content {
  let bags: forge.pkcs12.Bag[]
  try {
    bags = openBags(file, password)
  } catch (cause) {
    const wrong = WRONG_PASSWORD.test(cause instanceof Error ? cause.message : '')
    const code = wrong ? 'sign/pin-wrong' : 'sign/module-failed'
    throw new AppError(code, 'the PKCS#12 file does not open', { cause })
  }
  const { certBag, keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids
  return {
    certificates: bags.flatMap(({ type, cert, asn1 }) => {
      if (type !== certBag) return []
      const node = cert ? forge.pki.certificateToAsn1(cert) : asn1
      return readCertificate(der(node), Buffer.alloc(0)) ?? []
    }),
    keys: bags.flatMap(({ type, key, asn1 }) => {
      if (type !== keyBag && type !== pkcs8ShroudedKeyBag) return []
      // node-forge reads RSA keys only; an EC key is left as the PrivateKeyInfo it found.
      const node = key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1
      return createPrivateKey({ key: der(node), format: 'der', type: 'pkcs8' })
    }),
  }
}

function parse(bytes: Buffer): Node {
  return forge.asn1.fromDer(bytes.toString('binary'), false)
}

function der(node: Node): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'binary')
}

function children(node: Node): Node[] {
  if (typeof node.value === 'string') throw new Error('expected a constructed value')
  return node.value
}

function dig(node: Node, ...path: number[]): Node {
  return path.reduce((at, index) => {
    const child = children(at)[index]
    if (child === undefined) throw new Error('expected one more element')
    return child
  }, node)
}

/** Contents of an OCTET STRING, also of one that BER cut into pieces. */
function octets(node: Node): Buffer {
  return typeof node.value === 'string'
    ? Buffer.from(node.value, 'binary')
    : Buffer.concat(node.value.map(octets))
}

function oid(node: Node): string {
  if (typeof node.value !== 'string') throw new Error('expected an object identifier')
  return forge.asn1.derToOid(node.value)
}
