import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../shared/errors.ts'
import type { CertificateChoice, Method } from '../shared/ipc/contract.ts'
import { DEFAULT_AUTO_LOCK_MINUTES, isOpen, type Person, type PersonId } from '../shared/people.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import { mayAsk, UNATTENDED } from '../shared/rights.ts'
import { isPassword, keepPassword, type PasswordCost } from './passwords.ts'
import type { SigningDigest } from '../shared/signing.ts'
import { ecdsaToDer, UnsupportedAlgorithm, verifyMessage } from './signing/algorithms.ts'
import type { Certificate } from './signing/certificate.ts'
import { mannerFor, USUAL_MANNER } from './signing/manner.ts'
import type { SignerClient } from './signing/signer-client.ts'
import { findCertificate } from './signing/token-view.ts'
import type { Actor, Store, StoredPerson } from './store/index.ts'

/** What a session needs of the world. */
export interface SessionPorts {
  readonly store: Store
  readonly signer: SignerClient
  readonly now: () => number
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  /** Runs while nobody else asks the token. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>
  /** Somebody came or went. */
  readonly onChange: () => void
  /** Left out: dear enough for an office. */
  readonly passwordCost?: PasswordCost
}

/** Who shows with what who they are. The PIN lives for this one call. */
export interface TokenProof {
  readonly pin?: string | undefined
  readonly lastTry?: boolean | undefined
}

/** Wrong passwords in a row that cost no waiting. */
const FREE_TRIES = 4
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 15 * 60_000
const MINUTE_MS = 60_000

/**
 * Who is at work on this PC. In an office of one, who never chose a password, that is always this one. Else
 * somebody has to show who they are: by a password, or by a token that signs a random challenge. After a while
 * without key or mouse the place is empty again. The machine's own work goes on all the time.
 *
 * This is a fence between colleagues on one PC, held by the engine and not by the window; against somebody who
 * takes the disk away stands the encryption of the store.
 */
export function officeSession(ports: SessionPorts) {
  const { store, now } = ports
  let atWork: PersonId | undefined
  let undo = (): void => undefined
  const alone = soleOpenPerson()
  if (alone !== undefined) atWork = alone.id

  /** Whoever needs to show nothing, because nobody else is there and nothing was ever asked. */
  function soleOpenPerson(): StoredPerson | undefined {
    const [only, ...others] = activePeople()
    return only !== undefined && others.length === 0 && isOpen(personOf(only)) ? only : undefined
  }

  function activePeople(): StoredPerson[] {
    return store.people.list().filter(({ isActive }) => isActive)
  }

  /** Who is at work now; rights that were taken away meanwhile are gone. */
  function current(): StoredPerson | undefined {
    if (atWork === undefined) return undefined
    const person = store.people.get(atWork)
    return person.isActive ? person : undefined
  }

  function lockAfterMs(): number {
    return (store.settings.get('autoLockMinutes') ?? DEFAULT_AUTO_LOCK_MINUTES) * MINUTE_MS
  }

  /** The time without key or mouse begins anew. */
  function stay(): void {
    undo()
    undo = () => undefined
    const afterMs = lockAfterMs()
    const person = current()
    if (person === undefined || afterMs === 0 || isOpen(personOf(person))) return
    undo = ports.timer(afterMs, () => {
      leave('idle')
    })
  }

  function begin(person: StoredPerson, how: 'password' | 'token' | 'recovery-code'): void {
    store.people.setFailures(person.id, 0, 0)
    atWork = person.id
    store.actor.run(actorOf(person), () => {
      store.people.note(person.id, 'enter', { how })
    })
    stay()
    ports.onChange()
  }

  /**
   * Somebody takes the place at the PC by password.
   *
   * @throws {AppError} person/password-wrong; person/wait after several of them (detail: until when, epoch
   *   milliseconds); person/no-password where there is none; person/unknown of one who has left
   */
  async function enter(id: PersonId, password: string): Promise<void> {
    const person = activePerson(id)
    if (person.password === undefined) throw new AppError('person/no-password', `${id} has no password`)
    if (!(await passes(person, password))) throw new AppError('person/password-wrong', `of ${id}`)
    begin(store.people.get(id), 'password')
  }

  /** Counts before it looks, so that guesses made at once count too. */
  async function passes(person: StoredPerson, password: string): Promise<boolean> {
    if (person.password === undefined) return false
    const { failures, waitUntil } = store.people.get(person.id)
    if (now() < waitUntil) {
      throw new AppError('person/wait', `of ${person.id}`, { detail: String(waitUntil) })
    }
    const counted = failures + 1
    const wait =
      counted < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (counted - FREE_TRIES))
    store.people.setFailures(person.id, counted, now() + wait)
    const isRight = await isPassword(password, person.password)
    if (isRight) store.people.setFailures(person.id, 0, 0)
    return isRight
  }

  /**
   * Somebody takes the place at the PC by their token: it signs a random challenge, which shows that it is
   * here and that its PIN is known.
   *
   * @throws {AppError} `sign/*`, `certificate/unusable`; person/no-token
   */
  async function enterByToken(id: PersonId, proof: TokenProof): Promise<void> {
    const { certificate } = activePerson(id)
    if (certificate === undefined) throw new AppError('person/no-token', `${id} has no token`)
    await proveByToken(certificate, proof)
    begin(activePerson(id), 'token')
  }

  async function proveByToken(choice: CertificateChoice, { pin, lastTry }: TokenProof): Promise<void> {
    const token = store.settings.get('token')
    if (token === undefined) throw new AppError('sign/module-missing', 'no token module is chosen')
    const { modulePath } = token
    await ports.during(async () => {
      const password = isPracticeFile(modulePath) ? pin : undefined
      const found = findCertificate(await ports.signer.tokens(modulePath, password), choice, new Date(now()))
      const manner = mannerFor(found, USUAL_MANNER)
      // Words of ours before the random part: what is signed can never be taken for a document's attributes.
      const message = Buffer.concat([Buffer.from('Văn Thư: vào làm việc\n'), randomBytes(32)])
      const digest = createHash(manner.digestAlgorithm).update(message).digest()
      const signed = await ports.signer.sign({
        modulePath,
        ...choice,
        ...manner,
        ...(pin === undefined ? {} : { pin }),
        ...(lastTry === undefined ? {} : { lastTry }),
        hashes: [{ id: 'enter', digest, message }],
      })
      const [signature] = signed.signatures
      if (signature === undefined) throw new AppError('sign/driver-failed', 'the token gave no signature')
      if (!isMadeBy(found.certificate, manner.digestAlgorithm, message, signature.value)) {
        throw new AppError('sign/self-check-failed', 'the token did not sign the challenge')
      }
    })
  }

  function activePerson(id: PersonId): StoredPerson {
    const person = store.people.get(id)
    if (!person.isActive) throw new AppError('person/unknown', `person ${id} has left`)
    return person
  }

  /**
   * A forgotten password is replaced by whoever has the office's recovery code. The caller has checked it.
   */
  async function recover(id: PersonId, password: string): Promise<void> {
    const person = activePerson(id)
    const kept = await keep(password)
    store.actor.run(actorOf(person), () => {
      store.people.setPassword(id, kept)
    })
    begin(person, 'recovery-code')
  }

  /** The place is empty. In an office of one without password it never is. */
  function leave(how: 'lock' | 'idle'): void {
    const person = current()
    if (person === undefined || soleOpenPerson() !== undefined) return
    store.actor.run(actorOf(person), () => {
      store.people.note(person.id, 'leave', { how })
    })
    undo()
    atWork = undefined
    ports.onChange()
  }

  /**
   * Does a request in the name of whoever is at work.
   *
   * @throws {AppError} person/nobody-at-work; person/may-not when the request takes a role that they lack
   */
  function perform<T>(method: Method, work: () => T): T {
    const person = current()
    if (person === undefined) {
      if (UNATTENDED.includes(method)) return work()
      throw new AppError('person/nobody-at-work', method)
    }
    const { roles } = person
    if (!mayAsk(method, roles)) {
      throw new AppError('person/may-not', `${method} by ${roles.join(' ')}`, { detail: method })
    }
    return store.actor.run(actorOf(person), work)
  }

  const keep = (password: string) => keepPassword(password, ports.passwordCost)

  return {
    current,
    /** What is kept of a new password. */
    keep,
    enter,
    enterByToken,
    leave,
    passes,
    perform,
    proveByToken,
    recover,
    stay,
    /** Whether somebody has to show who they are before anything is shown. */
    isEmpty: () => current() === undefined,
    lockAfterMs,
    close: () => {
      undo()
    },
  }
}
export type OfficeSession = ReturnType<typeof officeSession>

/** A person as the window sees one. */
export function personOf({ id, name, position, roles, isActive, ...proof }: StoredPerson): Person {
  return {
    id,
    name,
    position,
    roles,
    isActive,
    hasPassword: proof.password !== undefined,
    hasToken: proof.certificate !== undefined,
  }
}

function isMadeBy(
  { publicKey }: Certificate,
  digest: SigningDigest,
  message: Uint8Array,
  value: Uint8Array,
): boolean {
  const isCurve = publicKey.kind === 'ec'
  try {
    const signature = isCurve ? ecdsaToDer(value, publicKey.bits) : value
    return verifyMessage(publicKey, { kind: isCurve ? 'ecdsa' : 'rsa-pkcs1' }, digest, message, signature)
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof UnsupportedAlgorithm) return false
    throw cause
  }
}

function actorOf({ id, name, roles }: StoredPerson): Actor {
  return { id, name, roles }
}
