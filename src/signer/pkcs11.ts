import type * as Cryptoki from 'pkcs11js'

import { AppError } from '../shared/errors.ts'
import type { ErrorCode } from '../shared/errors.ts'
import {
  DIGEST_BYTES,
  type ModuleState,
  type PinFacts,
  type SignatureValue,
  type SignedBatch,
  type SigningInput,
  type SigningManner,
  type Token,
} from '../shared/signing.ts'
import { issuersOf, readCertificate } from './certificates.ts'
import type { StoredCertificate } from './certificates.ts'
import { asAppError, returnValueOf, saysGone } from './failures.ts'
import { inspectLibrary } from './library-file.ts'
import { loadFailure } from './load-failure.ts'
import { digestInfo, requireDigests, requireSigned, signInTurn } from './signature.ts'
import type { Log, OnSigned, SignRequest, TokenDriver } from './token-driver.ts'

type Handle = Buffer
type Constants = typeof Cryptoki

/** CKM_ECDSA_SHA256 and its sisters (PKCS#11 2.40, 2.3.6), which pkcs11js does not name in its types. */
const CKM_ECDSA_OVER = { sha256: 0x1044, sha384: 0x1045, sha512: 0x1046 } as const

/** CKF_TOKEN_PRESENT of CK_SLOT_INFO (PKCS#11 2.40, 3.2), which pkcs11js does not name either. */
const CKF_TOKEN_PRESENT = 0x1

/** Larger than any signature of the keys in use (RSA 8192 has 1024 bytes). */
const SIGNATURE_BYTES = 1024

/** Sizes for drivers that answer 0 when asked for an attribute's size (a VNPT-CA driver does). */
const ID_BYTES = 256
const VALUE_BYTES = 8192

/** How a certificate is shown to sign in a list. */
const USUAL: SigningManner = { digestAlgorithm: 'sha256', rsaScheme: 'pkcs1' }

/** The flags of CK_TOKEN_INFO that tell something of signing and PINs (PKCS#11 2.40, 3.3). */
const TOKEN_FLAGS = [
  'CKF_WRITE_PROTECTED',
  'CKF_LOGIN_REQUIRED',
  'CKF_USER_PIN_INITIALIZED',
  'CKF_PROTECTED_AUTHENTICATION_PATH',
  'CKF_TOKEN_INITIALIZED',
  'CKF_USER_PIN_COUNT_LOW',
  'CKF_USER_PIN_FINAL_TRY',
  'CKF_USER_PIN_LOCKED',
  'CKF_USER_PIN_TO_BE_CHANGED',
] as const

/** A certificate and key of a token that was looked at lately need not be read again for a list. */
interface Remembered {
  readonly readAt: number
  readonly certificates: Token['certificates']
  readonly mechanisms: string[]
}
const REMEMBER_MS = 60_000

/**
 * Loads a vendor's PKCS#11 module into this process and initialises it. Once per process and module:
 * repeated C_Finalize and C_Initialize break some of them, so there is no way back but to end the process.
 *
 * @throws {AppError} told of the file without loading it: `sign/module-missing`, `sign/module-architecture`,
 *   `sign/module-not-pkcs11`; told by the system or the module: `sign/module-dependency` (`detail` names what
 *   is missing), `sign/module-failed` (`detail` says why in their own words)
 */
export async function openModule(path: string, log: Log): Promise<TokenDriver> {
  const code = REFUSED[inspectLibrary(path)]
  if (code !== undefined) throw new AppError(code, `${path} is not loaded on ${process.arch}`)
  try {
    // Only now: a broken native build must not take the practice tokens down with it.
    const { default: constants } = await import('pkcs11js')
    const module = new constants.PKCS11()
    module.load(path)
    initialise(module, constants)
    return pkcs11Driver(module, constants, log)
  } catch (cause) {
    throw loadFailure(path, cause)
  }
}

/** Files that are not even loaded. */
const REFUSED: Readonly<Record<ModuleState, ErrorCode | undefined>> = {
  ready: undefined,
  'wrong-architecture': 'sign/module-architecture',
  'not-pkcs11': 'sign/module-not-pkcs11',
  unreadable: 'sign/module-missing',
}

function initialise(module: Cryptoki.PKCS11, { CKF_OS_LOCKING_OK }: Constants): void {
  try {
    module.C_Initialize({ flags: CKF_OS_LOCKING_OK })
  } catch (caught) {
    const name = returnValueOf(caught)
    if (name === 'CKR_CRYPTOKI_ALREADY_INITIALIZED') return
    if (name !== 'CKR_CANT_LOCK' && name !== 'CKR_ARGUMENTS_BAD') throw caught
    module.C_Initialize()
  }
}

/** One module, initialised. Its calls block the process; the engine's deadline is what ends a hang. */
function pkcs11Driver(module: Cryptoki.PKCS11, ck: Constants, log: Log): TokenDriver {
  const RSA = {
    pkcs1: {
      overHash: ck.CKM_RSA_PKCS,
      overMessages: {
        sha256: ck.CKM_SHA256_RSA_PKCS,
        sha384: ck.CKM_SHA384_RSA_PKCS,
        sha512: ck.CKM_SHA512_RSA_PKCS,
      },
    },
    pss: {
      overHash: ck.CKM_RSA_PKCS_PSS,
      overMessages: {
        sha256: ck.CKM_SHA256_RSA_PKCS_PSS,
        sha384: ck.CKM_SHA384_RSA_PKCS_PSS,
        sha512: ck.CKM_SHA512_RSA_PKCS_PSS,
      },
    },
  }
  const ECDSA = { overHash: ck.CKM_ECDSA, overMessages: CKM_ECDSA_OVER }
  const PSS_HASH = {
    sha256: { hashAlg: ck.CKM_SHA256, mgf: ck.CKG_MGF1_SHA256 },
    sha384: { hashAlg: ck.CKM_SHA384, mgf: ck.CKG_MGF1_SHA384 },
    sha512: { hashAlg: ck.CKM_SHA512, mgf: ck.CKG_MGF1_SHA512 },
  }
  const remembered = new Map<string, Remembered>()
  /** Fingerprints of certificates whose key was seen to want its PIN before every signature. */
  const asking = new Set<string>()
  let mechanismNames: ReadonlyMap<number, string> | undefined

  function slots(): Handle[] {
    try {
      return module.C_GetSlotList(true)
    } catch (caught) {
      throw asAppError(caught, 'sign/token-missing', () => true)
    }
  }

  function isPresent(slot: Handle): boolean {
    try {
      return (module.C_GetSlotInfo(slot).flags & CKF_TOKEN_PRESENT) !== 0
    } catch {
      return false
    }
  }

  /** Read-only sessions: a VNPT-CA driver refuses read-write ones while it scans. */
  function withSession<T>(slot: Handle, work: (session: Handle) => T): T {
    const session = module.C_OpenSession(slot, ck.CKF_SERIAL_SESSION)
    try {
      return work(session)
    } finally {
      quietly('C_CloseSession', () => {
        module.C_CloseSession(session)
      })
    }
  }

  /** For the way out: whatever a driver says to it, what went before is what counts. */
  function quietly(what: string, work: () => void): void {
    try {
      work()
    } catch (caught) {
      log('info', `${what}: ${returnValueOf(caught) ?? 'failed'}`)
    }
  }

  function findAll(session: Handle, objectClass: number): Handle[] {
    const template = [{ type: ck.CKA_CLASS, value: objectClass }]
    module.C_FindObjectsInit(session, template)
    try {
      const found: Handle[] = []
      for (;;) {
        const more = module.C_FindObjects(session, 64)
        found.push(...more)
        if (more.length === 0 || found.length > 1000) return found
      }
    } finally {
      quietly('C_FindObjectsFinal', () => {
        module.C_FindObjectsFinal(session)
      })
    }
  }

  /** Empty where the object has no such attribute. Only a vanished token is a failure. */
  function attribute(session: Handle, object: Handle, type: number, fixedBytes: number): Buffer {
    const read = (value?: Buffer): Buffer => {
      const [answer] = module.C_GetAttributeValue(session, object, [
        value === undefined ? { type } : { type, value },
      ])
      return answer?.value ?? Buffer.alloc(0)
    }
    try {
      const value = read()
      // pkcs11js does not free the fixed buffer (2.1.7), so it is not the first choice.
      return value.byteLength > 0 ? value : read(Buffer.alloc(fixedBytes))
    } catch (caught) {
      if (saysGone(caught)) throw caught
      return Buffer.alloc(0)
    }
  }

  function certificatesOf(session: Handle): StoredCertificate[] {
    // Searching by CKA_VALUE is not supported by some drivers: fetch all, compare here.
    return findAll(session, ck.CKO_CERTIFICATE).flatMap((object) => {
      const der = attribute(session, object, ck.CKA_VALUE, VALUE_BYTES)
      const certificate = readCertificate(der, attribute(session, object, ck.CKA_ID, ID_BYTES))
      if (certificate === undefined)
        log('info', `an unreadable certificate of ${String(der.byteLength)} bytes is left out`)
      return certificate ?? []
    })
  }

  interface StoredKey {
    readonly object: Handle
    readonly id: Buffer
    /** RSA modulus or EC point as the driver gives it; empty where it does not. */
    readonly publicPart: Buffer
  }

  function keysOf(session: Handle, objectClass: number): StoredKey[] {
    return findAll(session, objectClass).map((object) => {
      const modulus = attribute(session, object, ck.CKA_MODULUS, VALUE_BYTES)
      const publicPart =
        modulus.byteLength > 0 ? modulus : attribute(session, object, ck.CKA_EC_POINT, VALUE_BYTES)
      return { object, id: attribute(session, object, ck.CKA_ID, ID_BYTES), publicPart }
    })
  }

  /** By CKA_ID, unless the public parts contradict; then by the public part. */
  function belongs(key: StoredKey, certificate: StoredCertificate): boolean {
    const samePublicKey = comparePublic(key.publicPart, certificate.publicKey)
    if (samePublicKey !== undefined) return samePublicKey
    return key.id.byteLength > 0 && key.id.equals(certificate.id)
  }

  function listCertificates(session: Handle, listed: readonly number[]): Token['certificates'] {
    const certificates = certificatesOf(session)
    const privateKeys = keysOf(session, ck.CKO_PRIVATE_KEY)
    const keys = [...privateKeys, ...keysOf(session, ck.CKO_PUBLIC_KEY)]
    for (const certificate of certificates) {
      const own = privateKeys.find((key) => belongs(key, certificate))
      if (own !== undefined && asksEachTime(session, own.object)) asking.add(certificate.facts.sha256)
    }
    return certificates.map((certificate) => ({
      ...certificate.facts,
      ...firstOf(mechanismsAmong(listed, certificate, USUAL, true)),
      ...pssOf(listed, certificate),
      hasKey: keys.length === 0 ? !certificate.x509.ca : keys.some((key) => belongs(key, certificate)),
    }))
  }

  /** What a driver does not list is not asked for: PSS is a choice, v1.5 the rule. */
  function pssOf(listed: readonly number[], certificate: StoredCertificate): { pss?: boolean } {
    if (certificate.facts.algorithm !== 'rsa') return {}
    const manner = { ...USUAL, rsaScheme: 'pss' as const }
    return { pss: listed.length > 0 && mechanismsAmong(listed, certificate, manner, true).length > 0 }
  }

  function asksEachTime(session: Handle, key: Handle): boolean {
    return attribute(session, key, ck.CKA_ALWAYS_AUTHENTICATE, 1)[0] === 1
  }

  function firstOf([mechanism]: readonly number[]): { mechanism?: string } {
    return mechanism === undefined ? {} : { mechanism: mechanismName(mechanism) }
  }

  function mechanismName(mechanism: number): string {
    mechanismNames ??= new Map(
      Object.entries(ck).flatMap(([name, value]) =>
        name.startsWith('CKM_') && typeof value === 'number' ? [[value, name] as const] : [],
      ),
    )
    return mechanismNames.get(mechanism) ?? `0x${mechanism.toString(16)}`
  }

  function read(slot: Handle): Remembered {
    const listed = mechanismsOf(slot)
    const certificates = withSession(slot, (session) => listCertificates(session, listed))
    return { readAt: performance.now(), certificates, mechanisms: listed.map(mechanismName) }
  }

  function flagNames(flags: number): string[] {
    return TOKEN_FLAGS.filter((name) => (flags & ck[name]) !== 0)
  }

  function tokens(): Token[] {
    const present = new Set<string>()
    const found = slots().flatMap((slot) => {
      try {
        const info = module.C_GetTokenInfo(slot)
        const name = `${slot.toString('hex')} ${info.serialNumber} ${info.label}`
        const known = remembered.get(name)
        const fresh = known !== undefined && performance.now() - known.readAt < REMEMBER_MS
        const now = fresh ? known : read(slot)
        const { certificates, mechanisms } = now
        if ((info.flags & ck.CKF_TOKEN_INITIALIZED) === 0 && certificates.length === 0) return []
        present.add(name)
        remembered.set(name, now)
        return {
          serial: text(info.serialNumber),
          label: text(info.label),
          manufacturer: text(info.manufacturerID),
          model: text(info.model),
          software: /softhsm/i.test(info.manufacturerID + info.model),
          pin: pinFacts(info),
          flags: flagNames(info.flags),
          mechanisms,
          certificates: certificates.map((certificate) =>
            asking.has(certificate.sha256) ? { ...certificate, asksEachTime: true } : certificate,
          ),
        }
      } catch (caught) {
        // An empty or foreign card must not hide the token in the next reader.
        const name = returnValueOf(caught) ?? 'failed'
        if (name !== 'CKR_TOKEN_NOT_RECOGNIZED' && name !== 'CKR_TOKEN_NOT_PRESENT') {
          log('warn', `slot ${slot.toString('hex')} is left out: ${name}`)
        }
        return []
      }
    })
    for (const name of remembered.keys()) if (!present.has(name)) remembered.delete(name)
    return found
  }

  function pinFacts({ flags, minPinLen, maxPinLen }: Cryptoki.TokenInfo): PinFacts {
    return {
      minLength: minPinLen,
      maxLength: maxPinLen,
      countLow: (flags & ck.CKF_USER_PIN_COUNT_LOW) !== 0,
      finalTry: (flags & ck.CKF_USER_PIN_FINAL_TRY) !== 0,
      locked: (flags & ck.CKF_USER_PIN_LOCKED) !== 0,
      pinPad: (flags & ck.CKF_PROTECTED_AUTHENTICATION_PATH) !== 0,
    }
  }

  /** The slot that holds this token now, with its certificates. Several tokens may share a serial. */
  function findToken(request: SignRequest): {
    slot: Handle
    certificates: StoredCertificate[]
    own: StoredCertificate
  } {
    let failure: unknown
    let serialSeen = false
    for (const slot of slots()) {
      try {
        if (text(module.C_GetTokenInfo(slot).serialNumber) !== request.tokenSerial) continue
        serialSeen = true
        const certificates = withSession(slot, certificatesOf)
        const own = certificates.find(({ facts }) => facts.sha256 === request.certificateSha256)
        if (own !== undefined) return { slot, certificates, own }
      } catch (caught) {
        failure ??= caught
      }
    }
    if (serialSeen && failure !== undefined) throw asAppError(failure, 'sign/token-missing', () => true)
    if (serialSeen) throw new AppError('sign/certificate-missing', 'the token holds another certificate')
    throw new AppError('sign/token-missing', 'no token with this serial is plugged in')
  }

  /**
   * Everything that can be told without spending a try of the PIN.
   *
   * @returns what to send to the token: nothing where the PIN is typed on its own keypad
   */
  function checkBeforeLogin(slot: Handle, { pin, lastTry = false }: SignRequest): Uint8Array {
    const { locked, finalTry, pinPad, minLength, maxLength } = pinFacts(module.C_GetTokenInfo(slot))
    if (locked) throw new AppError('sign/pin-locked', 'the token says that its PIN is locked')
    // Another program may have used up tries since the clerk was asked.
    if (finalTry && !lastTry) throw new AppError('sign/pin-final-try', 'nobody agreed to use the last try')
    if (pinPad) return new Uint8Array()
    const length = pin?.byteLength ?? 0
    if (pin === undefined || length === 0 || length < minLength || (maxLength > 0 && length > maxLength)) {
      const allowed = `${String(minLength)}–${String(maxLength)}`
      throw new AppError('sign/pin-length', `the PIN is not of ${allowed} bytes`, { detail: allowed })
    }
    return pin
  }

  /** Mechanisms for this key, best first. An empty list of the driver's is taken as "did not say". */
  function mechanismsFor(slot: Handle, certificate: StoredCertificate, request: SignRequest): number[] {
    const haveMessages = request.hashes.every(({ message }) => message !== undefined)
    const offered = mechanismsAmong(mechanismsOf(slot), certificate, request, haveMessages)
    if (offered.length === 0)
      throw new AppError('sign/mechanism-missing', 'the token offers no mechanism for this key')
    return offered
  }

  /** Empty where the driver does not say. */
  function mechanismsOf(slot: Handle): number[] {
    let listed: number[] = []
    quietly('C_GetMechanismList', () => {
      listed = module.C_GetMechanismList(slot)
    })
    return listed
  }

  function mechanismsAmong(
    listed: readonly number[],
    { facts: { algorithm } }: StoredCertificate,
    { digestAlgorithm, rsaScheme }: SigningManner,
    haveMessages: boolean,
  ): number[] {
    const { overMessages, overHash } = algorithm === 'rsa' ? RSA[rsaScheme] : ECDSA
    const overMessage = overMessages[digestAlgorithm]
    const wanted = algorithm === 'rsa' ? [overMessage, overHash] : [overHash, overMessage]
    const usable = wanted.filter((mechanism) => mechanism === overHash || haveMessages)
    return listed.length === 0 ? [overHash] : usable.filter((mechanism) => listed.includes(mechanism))
  }

  /**
   * One C_Login, one try. After a wrong PIN the token's flags tell whether that was the one that locked it.
   */
  function login(session: Handle, slot: Handle, userType: number, pin: Uint8Array): void {
    try {
      // pkcs11js takes a string only, which cannot be overwritten; it lives for this call.
      module.C_Login(
        session,
        userType,
        Buffer.from(pin.buffer, pin.byteOffset, pin.byteLength).toString('utf8'),
      )
    } catch (caught) {
      const name = returnValueOf(caught)
      if (name === 'CKR_USER_ALREADY_LOGGED_IN' && userType === ck.CKU_USER) return
      if (name === 'CKR_PIN_INCORRECT' && saysLocked(slot)) {
        throw new AppError('sign/pin-locked', 'this wrong PIN locked the token', { cause: caught })
      }
      throw caught
    }
  }

  /** The token's word after a wrong PIN; one that does not answer has not said so. */
  function saysLocked(slot: Handle): boolean {
    try {
      return pinFacts(module.C_GetTokenInfo(slot)).locked
    } catch {
      return false
    }
  }

  function findKey(session: Handle, certificate: StoredCertificate): Handle {
    const keys = keysOf(session, ck.CKO_PRIVATE_KEY)
    const direct = keys.find((key) => belongs(key, certificate))
    if (direct !== undefined) return direct.object
    // A private key that does not tell its public part is found through the public key beside it.
    const twin = keysOf(session, ck.CKO_PUBLIC_KEY).find(
      (key) => comparePublic(key.publicPart, certificate.publicKey) === true,
    )
    const byTwin = keys.find(({ id }) => twin !== undefined && id.byteLength > 0 && id.equals(twin.id))
    if (byTwin !== undefined) return byTwin.object
    const [lone, ...others] = keys
    const contradicts = lone !== undefined && comparePublic(lone.publicPart, certificate.publicKey) === false
    if (lone !== undefined && others.length === 0 && !contradicts) return lone.object
    throw new AppError(
      'sign/key-missing',
      `none of ${String(keys.length)} private keys belongs to the certificate`,
    )
  }

  async function sign(request: SignRequest, onSigned: OnSigned): Promise<SignedBatch> {
    requireDigests(request.digestAlgorithm, request.hashes)
    const { slot, certificates, own } = findToken(request)
    try {
      const pin = checkBeforeLogin(slot, request)
      const mechanisms = mechanismsFor(slot, own, request)
      const signatures = await signBatch(
        { slot, own, pin, mechanisms, manner: request },
        request.hashes,
        onSigned,
      )
      return {
        algorithm: own.facts.algorithm === 'rsa' ? `rsa-${request.rsaScheme}` : 'ecdsa',
        certificate: own.facts.der,
        chain: issuersOf(own, certificates),
        signatures,
      }
    } catch (caught) {
      throw asAppError(caught, 'sign/token-removed', () => isPresent(slot))
    }
  }

  /** What is known of a batch before its login. */
  interface Prepared {
    readonly slot: Handle
    readonly own: StoredCertificate
    /** Empty where the token has its own keypad. */
    readonly pin: Uint8Array
    readonly mechanisms: number[]
    readonly manner: SigningManner
  }

  /** What changes while a batch is signed. */
  interface Batch {
    session: Handle
    key: Handle
    /** Still to be tried, the one in use first. */
    readonly mechanisms: number[]
    readonly manner: SigningManner
    reopened: boolean
  }

  /** Login, all signatures, logout. The login lives for this batch. */
  async function signBatch(
    { slot, own, pin, mechanisms, manner }: Prepared,
    hashes: readonly SigningInput[],
    onSigned: OnSigned,
  ): Promise<SignatureValue[]> {
    const session = module.C_OpenSession(slot, ck.CKF_SERIAL_SESSION)
    const batch: Batch = { session, key: session, mechanisms, manner, reopened: false }
    try {
      // Asked even of tokens that do not set CKF_LOGIN_REQUIRED: some drivers forget to.
      login(session, slot, ck.CKU_USER, pin)
      batch.key = findKey(session, own)
      const asksEveryTime = asksEachTime(session, batch.key)
      // Private keys are mostly hidden before the login: the list tells it from now on.
      if (asksEveryTime) asking.add(own.facts.sha256)
      const valueOf = (hash: SigningInput): Uint8Array => {
        const mechanism = begin(batch, slot, own)
        if (asksEveryTime) login(batch.session, slot, ck.CKU_CONTEXT_SPECIFIC, pin)
        const data = dataFor(mechanism, hash, manner)
        const value = new Uint8Array(module.C_Sign(batch.session, data, Buffer.alloc(SIGNATURE_BYTES)))
        requireSigned(own, hash, manner, value)
        return value
      }
      return await signInTurn(manner.digestAlgorithm, hashes, valueOf, onSigned)
    } finally {
      quietly('C_Logout', () => {
        module.C_Logout(batch.session)
      })
      quietly('C_CloseSession', () => {
        module.C_CloseSession(batch.session)
      })
    }
  }

  /** C_SignInit with the best mechanism the token accepts. @returns that mechanism */
  function begin(batch: Batch, slot: Handle, own: StoredCertificate): number {
    for (;;) {
      const [mechanism] = batch.mechanisms
      if (mechanism === undefined)
        throw new AppError('sign/mechanism-missing', 'the token refused every mechanism')
      try {
        module.C_SignInit(batch.session, withParameters(mechanism, batch.manner), batch.key)
        return mechanism
      } catch (caught) {
        const name = returnValueOf(caught)
        if (name === 'CKR_MECHANISM_INVALID') batch.mechanisms.shift()
        else if (name === 'CKR_OPERATION_ACTIVE' && !batch.reopened) reopen(batch, slot, own)
        else throw caught
      }
    }
  }

  /**
   * A left-over operation blocks a session (node-webcrypto-p11 #53). The new one is opened before the
   * old one is closed: closing the last session would log out, and a login is not ours to repeat.
   */
  function reopen(batch: Batch, slot: Handle, own: StoredCertificate): void {
    const stuck = batch.session
    batch.reopened = true
    batch.session = module.C_OpenSession(slot, ck.CKF_SERIAL_SESSION)
    quietly('C_CloseSession', () => {
      module.C_CloseSession(stuck)
    })
    batch.key = findKey(batch.session, own)
  }

  /** PSS wants to be told its hash, its mask and its salt (CK_RSA_PKCS_PSS_PARAMS); the others nothing. */
  function withParameters(mechanism: number, { digestAlgorithm }: SigningManner): Cryptoki.Mechanism {
    const { overMessages, overHash } = RSA.pss
    if (mechanism !== overHash && mechanism !== overMessages[digestAlgorithm]) return { mechanism }
    const parameter: Cryptoki.RsaPSS = {
      type: ck.CK_PARAMS_RSA_PSS,
      ...PSS_HASH[digestAlgorithm],
      saltLen: DIGEST_BYTES[digestAlgorithm],
    }
    return { mechanism, parameter }
  }

  /** What goes into C_Sign: the message, the bare hash, or its DigestInfo. */
  function dataFor(
    mechanism: number,
    { digest, message }: SigningInput,
    { digestAlgorithm }: SigningManner,
  ): Buffer {
    if (mechanism === ck.CKM_RSA_PKCS) return digestInfo(digestAlgorithm, digest)
    if (mechanism === ck.CKM_ECDSA || mechanism === ck.CKM_RSA_PKCS_PSS) return Buffer.from(digest)
    if (message === undefined) throw new Error('this mechanism needs the message')
    return Buffer.from(message)
  }

  return { tokens, sign }
}

/** Blank-padded by the standard, zero-padded by some drivers. */
function text(padded: string): string {
  return padded.replace(/[\0 ]+$/, '').trim()
}

/** Whether two public keys are the same; `undefined` where the token does not show its own. */
function comparePublic(shown: Buffer, ofCertificate: Uint8Array | undefined): boolean | undefined {
  if (shown.byteLength === 0 || ofCertificate === undefined) return undefined
  // A modulus may have leading zeros; an EC point comes bare or inside an OCTET STRING.
  const tail = shown.subarray(Math.max(0, shown.byteLength - ofCertificate.byteLength))
  return tail.equals(ofCertificate)
}
