import { AppError } from '../shared/errors.ts'
import type { CertificateChoice, Input, Output, Session } from '../shared/ipc/contract.ts'
import {
  DEFAULT_AUTO_LOCK_MINUTES,
  isOpen,
  type Person,
  type PersonCard,
  type PersonId,
} from '../shared/people.ts'
import type { Topic } from '../shared/ipc/topics.ts'
import { personOf, type OfficeSession, type TokenProof } from './session.ts'
import type { Store } from './store/index.ts'

/** What the requests about people need of the office. */
interface PeoplePorts {
  readonly store: Store
  readonly session: OfficeSession
  readonly tell: (topic: Topic) => void
}

/** Called until somebody wrote down another. */
const NAMELESS = 'Văn thư'

/** An office begins with one person who does everything: the clerk whom the wizard asked for a name. */
export function keepFirstPerson(store: Store): void {
  if (store.people.list().length > 0) return
  const name = store.settings.get('clerkName') ?? ''
  store.people.add({
    name: name === '' ? NAMELESS : name,
    position: '',
    roles: ['drafter', 'leader', 'clerk', 'administrator'],
    isActive: true,
  })
}

/** Who is at work, and who could be. */
export function sessionOf({ store, session }: Pick<PeoplePorts, 'store' | 'session'>): Session {
  const people = store.people.list().map(personOf)
  const person = session.current()
  return {
    ...(person === undefined ? {} : { person: personOf(person) }),
    people: people.filter(({ isActive }) => isActive),
    isShared: people.filter(({ isActive }) => isActive).length > 1,
    autoLockMinutes: store.settings.get('autoLockMinutes') ?? DEFAULT_AUTO_LOCK_MINUTES,
  }
}

/** What is asked about the people of the office. */
export function peopleSection(office: PeoplePorts) {
  const { store, session } = office

  function list(): Person[] {
    return store.people.list().map(personOf)
  }

  function changed(): Person[] {
    office.tell('people')
    return list()
  }

  /** @throws {AppError} person/own-password-first */
  function requireClosed(): void {
    const person = session.current()
    if (person !== undefined && isOpen(personOf(person))) {
      throw new AppError('person/own-password-first', `${person.id} could be taken for another`)
    }
  }

  return {
    list,
    session: () => sessionOf(office),
    async enter(id: PersonId, password: string): Promise<Session> {
      await session.enter(id, password)
      return sessionOf(office)
    },
    async enterByToken(id: PersonId, proof: TokenProof): Promise<Session> {
      await session.enterByToken(id, proof)
      return sessionOf(office)
    },
    leave(): Session {
      session.leave('lock')
      return sessionOf(office)
    },
    stay(): Output<'session.stay'> {
      session.stay()
      return {}
    },
    /** @throws {AppError} person/password-wrong, person/wait */
    async setOwnPassword({ current, next }: Input<'session.setPassword'>): Promise<Session> {
      const person = session.current()
      if (person === undefined) throw new AppError('person/nobody-at-work', 'whose password?')
      if (person.password !== undefined && !(await session.passes(person, current ?? ''))) {
        throw new AppError('person/password-wrong', `of ${person.id}`)
      }
      store.people.setPassword(person.id, await session.keep(next))
      session.stay()
      office.tell('people')
      return sessionOf(office)
    },
    async add({ password, ...card }: Input<'people.add'>): Promise<Person[]> {
      requireClosed()
      const kept = password === undefined ? undefined : await session.keep(password)
      store.atomically(() => {
        const { id } = store.people.add(card)
        if (kept !== undefined) store.people.setPassword(id, kept)
      })
      return changed()
    },
    change({ id, ...card }: PersonCard & { readonly id: PersonId }): Person[] {
      store.people.change(id, card)
      return changed()
    },
    async setPassword(id: PersonId, password: string): Promise<Person[]> {
      store.people.setPassword(id, await session.keep(password))
      return changed()
    },
    /** @throws {AppError} person/token-taken */
    setToken(id: PersonId, certificate: CertificateChoice | undefined): Person[] {
      const taken = store.people
        .list()
        .find((one) => one.certificate?.certificateSha256 === certificate?.certificateSha256)
      if (certificate !== undefined && taken !== undefined && taken.id !== id) {
        throw new AppError('person/token-taken', `by ${taken.id}`)
      }
      store.people.setCertificate(id, certificate)
      return changed()
    },
    /**
     * Bàn giao: the clerk's duty goes over; from then on the other one numbers, seals and sends, and is named in
     * packets as whom to ask.
     *
     * @source Decree 30/2020/NĐ-CP Art 32(2)a–b: handed over with written permission and minutes
     */
    handOver({ from, to, since, note }: Input<'people.handOver'>): Person[] {
      store.atomically(() => {
        const giver = store.people.get(from)
        const taker = store.people.get(to)
        if (!giver.roles.includes('clerk') || from === to || !taker.isActive) {
          throw new AppError('person/unknown', 'the duty goes from a clerk to somebody else who works here')
        }
        if (!taker.roles.includes('clerk')) {
          store.people.change(to, { ...cardOf(taker), roles: [...taker.roles, 'clerk'] })
        }
        const rest = giver.roles.filter((role) => role !== 'clerk')
        store.people.change(from, { ...cardOf(giver), roles: rest.length === 0 ? ['drafter'] : rest })
        store.settings.set('clerkName', taker.name)
        store.people.note(to, 'hand-over', { from: giver.name, to: taker.name, since, note })
      })
      office.tell('office')
      return changed()
    },
    saveAutoLock(minutes: number): Session {
      store.settings.set('autoLockMinutes', minutes)
      session.stay()
      office.tell('people')
      return sessionOf(office)
    },
  }
}

/** Where one person is the whole office, the clerk of the settings is that person. */
export function renameSole({ store, tell }: Pick<PeoplePorts, 'store' | 'tell'>, name: string): void {
  const [only, ...others] = store.people.list()
  if (only === undefined || others.length > 0 || only.name === name) return
  store.people.change(only.id, { ...cardOf(only), name })
  tell('people')
}

function cardOf({ name, position, roles, isActive }: PersonCard): PersonCard {
  return { name, position, roles, isActive }
}
