import { AppError } from '../../../src/shared/errors.ts'
import type { Handlers, Session } from '../../../src/shared/ipc/contract.ts'
import { personId, type Person, type PersonRole } from '../../../src/shared/people.ts'

/** The password of everybody in the preview. */
const PASSWORD = '12345678'

function person(last: number, name: string, position: string, ...roles: PersonRole[]): Person {
  return {
    id: personId.parse(`00000000-0000-4000-9000-00000000000${String(last)}`),
    name,
    position,
    roles,
    isActive: true,
    hasPassword: true,
    hasToken: roles.includes('leader'),
  }
}

/** Sample people: one alone, with `?people` three who share a PC, with `?people=locked` nobody at work. */
export function samplePeople(ask: URLSearchParams, tell: (topic: string) => void) {
  const alone = { ...person(1, 'Lê Thị Thử', '', 'drafter', 'leader', 'clerk', 'administrator') }
  const all: Person[] = ask.has('people')
    ? [
        person(1, 'Lê Thị Thử', 'Văn thư', 'drafter', 'clerk', 'administrator'),
        person(2, 'Nguyễn Văn Mẫu', 'Phó Chủ tịch', 'leader'),
        person(3, 'Phạm Thị Ví Dụ', 'Công chức văn hóa - xã hội', 'drafter'),
      ]
    : [{ ...alone, hasPassword: false, hasToken: false }]
  const names: Readonly<Record<string, number>> = { locked: -1, leader: 1, drafter: 2 }
  let atWork = all[names[ask.get('people') ?? ''] ?? 0]
  const session = (): Session => ({
    ...(atWork === undefined ? {} : { person: atWork }),
    people: all.filter(({ isActive }) => isActive),
    isShared: all.length > 1,
    autoLockMinutes: 10,
  })
  const changed = () => {
    tell('people')
    return all
  }
  const enter = (id: string, isRight: boolean) => {
    if (!isRight) throw new AppError('person/password-wrong', 'sample')
    atWork = all.find((one) => one.id === id)
    tell('people')
    return session()
  }
  const one = (id: string) => {
    const found = all.find((each) => each.id === id)
    if (found === undefined) throw new AppError('person/unknown', 'sample')
    return found
  }
  return {
    people: all,
    handlers: {
      'session.current': session,
      'session.enter': ({ id, password }) => enter(id, password === PASSWORD),
      'session.enterByToken': ({ id, pin }) => enter(id, pin === PASSWORD),
      'session.leave': () => {
        if (all.length > 1) atWork = undefined
        tell('people')
        return session()
      },
      'session.stay': () => ({}),
      'session.setPassword': () => session(),
      'session.recover': ({ id }) => enter(id, true),
      'people.list': () => all,
      'people.add': ({ password, ...card }) => {
        all.push({ ...person(all.length + 1, '', ''), ...card, hasPassword: password !== undefined })
        return changed()
      },
      'people.change': ({ id, ...card }) => {
        Object.assign(one(id), card)
        return changed()
      },
      'people.setPassword': ({ id }) => {
        Object.assign(one(id), { hasPassword: true })
        return changed()
      },
      'people.setToken': ({ id, certificate }) => {
        Object.assign(one(id), { hasToken: certificate !== undefined })
        return changed()
      },
      'people.handOver': changed,
      'people.saveAutoLock': () => session(),
    } satisfies Partial<Handlers>,
  }
}
