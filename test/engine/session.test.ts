import { describe, expect, test } from 'vitest'
import { keepFirstPerson, peopleSection, renameSole } from '../../src/engine/people.ts'
import { officeSession, type SessionPorts } from '../../src/engine/session.ts'
import type { PersonCard, PersonId, PersonRole } from '../../src/shared/people.ts'
import { clock, office } from '../store/office.ts'

const PASSWORD = 'mật khẩu của Lê'
const OTHER = 'mật khẩu của Trần'

/** An office of one, whose clock and timer belong to the test. */
function workplace() {
  const time = clock()
  const store = office({ now: time.now })
  store.settings.set('clerkName', 'Lê Thị Thử')
  keepFirstPerson(store)
  const waiting: { readonly at: number; readonly callback: () => void }[] = []
  const ports: SessionPorts = {
    store,
    signer: {} as SessionPorts['signer'],
    now: time.now,
    timer: (afterMs, callback) => {
      const one = { at: time.now() + afterMs, callback }
      waiting.push(one)
      return () => {
        waiting.splice(waiting.indexOf(one), 1)
      }
    },
    during: (work) => work(),
    onChange: () => undefined,
    passwordCost: { cost: 1024, blockSize: 8, parallel: 1 },
  }
  const session = officeSession(ports)
  const people = peopleSection({ store, session, tell: () => undefined })
  return {
    store,
    session,
    people,
    again: () => officeSession(ports),
    first: (): PersonId => people.list()[0]?.id ?? ('' as PersonId),
    pass: (ms: number) => {
      time.advance(ms)
      for (const one of waiting.filter(({ at }) => at <= time.now())) one.callback()
    },
  }
}

const card = (name: string, ...roles: PersonRole[]): PersonCard => ({
  name,
  position: '',
  roles,
  isActive: true,
})

/** The same with a second person, the first of both at work. */
async function shared() {
  const place = workplace()
  await place.people.setOwnPassword({ next: PASSWORD })
  const list = await place.people.add({ ...card('Trần Văn Hai', 'drafter'), password: OTHER })
  const second = list.find(({ name }) => name === 'Trần Văn Hai')?.id ?? ('' as PersonId)
  return { ...place, second }
}

describe('an office of one', () => {
  test('is at work at once, with every role, and is never asked for anything', () => {
    const { session, people, pass } = workplace()
    expect(people.session()).toMatchObject({
      person: {
        name: 'Lê Thị Thử',
        roles: ['drafter', 'leader', 'clerk', 'administrator'],
        hasPassword: false,
      },
      isShared: false,
    })
    session.stay()
    pass(24 * 3_600_000)
    session.leave('lock')
    expect(session.isEmpty()).toBe(false)
    expect(session.perform('outgoing.seal', () => 'done')).toBe('done')
  })

  test('goes by the name that the settings give the clerk', () => {
    const { people, store } = workplace()
    renameSole({ store, tell: () => undefined }, 'Lê Thị Ánh')
    expect(people.list()).toMatchObject([{ name: 'Lê Thị Ánh' }])
  })

  test('has to choose a password before anybody else is added', async () => {
    const { people } = workplace()
    await expect(people.add(card('Trần Văn Hai', 'drafter'))).rejects.toMatchObject({
      code: 'person/own-password-first',
    })
    expect(people.list()).toHaveLength(1)
  })

  test('is locked at the next start once a password was chosen', async () => {
    const { people, again } = workplace()
    await people.setOwnPassword({ next: PASSWORD })
    expect(again().isEmpty()).toBe(true)
  })
})

describe('several on one PC', () => {
  test('nothing is answered while nobody is at work, but who could be', async () => {
    const { session, again } = await shared()
    session.leave('lock')
    expect(session.isEmpty()).toBe(true)
    expect(() => session.perform('outgoing.list', () => undefined)).toThrow(
      expect.objectContaining({ code: 'person/nobody-at-work' }),
    )
    expect(session.perform('session.current', () => 'answered')).toBe('answered')
    expect(again().isEmpty()).toBe(true)
  })

  test('whoever enters by password is at work, with their own rights and in their own name', async () => {
    const { session, second, store } = await shared()
    await session.enter(second, OTHER)
    expect(session.perform('outgoing.draft', () => store.actor.current()?.name)).toBe('Trần Văn Hai')
    for (const method of ['outgoing.seal', 'incoming.register', 'people.add', 'settings.save'] as const) {
      expect(() => session.perform(method, () => undefined)).toThrow(
        expect.objectContaining({ code: 'person/may-not', detail: method }),
      )
    }
    const entered = store.history.of('office', second).at(-1)
    expect(entered).toMatchObject({ event: 'enter', detail: { how: 'password' }, actor: 'Trần Văn Hai' })
    expect(store.actor.current()).toBeUndefined()
  })

  test('the same password typed with composed or decomposed marks is the same', async () => {
    const { session, second } = await shared()
    await session.enter(second, OTHER.normalize('NFD'))
    expect(session.current()?.id).toBe(second)
  })

  test('wrong passwords cost more and more waiting, also when guessed at once, and across a restart', async () => {
    const { session, second, again, pass } = await shared()
    const guess = (place = session) => place.enter(second, 'không phải').catch((cause: unknown) => cause)
    const guesses = await Promise.all(Array.from({ length: 12 }, () => guess()))
    const codes = guesses.map((one) => (one as { code: string }).code)
    expect(codes.filter((code) => code === 'person/password-wrong')).toHaveLength(4)
    expect(codes.filter((code) => code === 'person/wait')).toHaveLength(8)
    expect(
      await again()
        .enter(second, OTHER)
        .catch((cause: unknown) => cause),
    ).toMatchObject({
      code: 'person/wait',
    })
    pass(30_000)
    expect(await guess()).toMatchObject({ code: 'person/password-wrong' })
    pass(59_000)
    expect(await guess()).toMatchObject({ code: 'person/wait' })
    pass(1_000)
    await session.enter(second, OTHER)
    session.leave('lock')
    expect(await guess()).toMatchObject({ code: 'person/password-wrong' })
  })

  test('the place is empty after a while without key or mouse', async () => {
    const { session, people, second, pass, store } = await shared()
    people.saveAutoLock(5)
    await session.enter(second, OTHER)
    pass(4 * 60_000)
    session.stay()
    pass(4 * 60_000)
    expect(session.isEmpty()).toBe(false)
    pass(60_000)
    expect(session.isEmpty()).toBe(true)
    expect(store.history.of('office', second).at(-1)).toMatchObject({
      event: 'leave',
      detail: { how: 'idle' },
      actor: 'Trần Văn Hai',
    })
  })

  test('who has left cannot enter, and whoever is at work then is not any more', async () => {
    const { session, people, second } = await shared()
    await session.enter(second, OTHER)
    people.change({ ...card('Trần Văn Hai', 'drafter'), isActive: false, id: second })
    expect(session.isEmpty()).toBe(true)
    await expect(session.enter(second, OTHER)).rejects.toMatchObject({ code: 'person/unknown' })
  })

  test('a forgotten password is replaced by who has the recovery code', async () => {
    const { session, second } = await shared()
    await session.recover(second, 'mật khẩu mới của Hai')
    expect(session.current()?.id).toBe(second)
    session.leave('lock')
    await expect(session.enter(second, OTHER)).rejects.toMatchObject({ code: 'person/password-wrong' })
    await session.enter(second, 'mật khẩu mới của Hai')
  })

  test('nobody takes the last leader, clerk or administrator away', async () => {
    const { people, first } = await shared()
    for (const roles of [
      ['leader', 'clerk'],
      ['clerk', 'administrator'],
      ['leader', 'administrator'],
    ] as const) {
      expect(() => people.change({ ...card('Lê Thị Thử', ...roles), id: first() })).toThrow(
        expect.objectContaining({ code: 'person/role-needed' }),
      )
    }
  })

  test('the clerk hands the duty over, and the history says from whom, to whom, since when', async () => {
    const { people, first, second, store } = await shared()
    people.handOver({ from: first(), to: second, since: '2026-11-24', note: 'Biên bản số 01' })
    expect(people.list().map(({ name, roles }) => [name, roles])).toEqual([
      ['Lê Thị Thử', ['drafter', 'leader', 'administrator']],
      ['Trần Văn Hai', ['drafter', 'clerk']],
    ])
    expect(store.settings.get('clerkName')).toBe('Trần Văn Hai')
    expect(store.history.of('office', second).at(-1)).toMatchObject({
      event: 'hand-over',
      detail: { from: 'Lê Thị Thử', to: 'Trần Văn Hai', since: '2026-11-24', note: 'Biên bản số 01' },
    })
  })

  test('one certificate is one person', async () => {
    const { people, first, second } = await shared()
    const certificate = { tokenSerial: 'a1', certificateSha256: 'ab'.repeat(32) as never }
    people.setToken(first(), certificate)
    expect(() => people.setToken(second, certificate)).toThrow(
      expect.objectContaining({ code: 'person/token-taken' }),
    )
  })
})

describe('who did what', () => {
  test('is in the chain from now on, and the lines before it still fit', async () => {
    const { store, second, session } = await shared()
    const detail = { note: 'của máy' }
    store.history.append({ at: 1, subjectKind: 'office', subjectId: 'a', event: 'note', detail })
    await session.enter(second, OTHER)
    session.perform('outgoing.draft', () =>
      store.history.append({ at: 2, subjectKind: 'office', subjectId: 'a', event: 'note', detail }),
    )
    expect(store.history.of('office', 'a')).toMatchObject([
      { detail: { note: 'của máy' } },
      { detail: { note: 'của máy' }, actor: 'Trần Văn Hai' },
    ])
    expect(store.history.of('office', 'a')[0]).not.toHaveProperty('actor')
    expect(store.history.of('office', 'a')[1]?.detail).toEqual(detail)
    expect(store.history.chained(['a']).at(-1)?.detail).toContain(second)
    expect(store.history.verifyChain()).toMatchObject({ ok: true })
  })

  test('an errand that runs meanwhile is not the person’s', async () => {
    const { store, session } = await shared()
    let go = (): void => undefined
    const errand = new Promise<void>((resolve) => {
      go = resolve
    }).then(() => store.actor.current())
    const named = session.perform('outgoing.sign', async () => {
      go()
      await errand
      return store.actor.current()?.name
    })
    expect(await errand).toBeUndefined()
    expect(await named).toBe('Lê Thị Thử')
  })
})
