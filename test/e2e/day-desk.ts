import { join } from 'node:path'
import { draftWith, hasDirectory, makeDesk, makeOffice, officesOf, SENDER } from '../helpers/office.ts'
import type { Desk, TestOffice } from '../helpers/office.ts'
import type { PersonCard } from '../../src/shared/people.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { OfficeWindow, projectPath } from './office-window.ts'

/** Everybody has the same one here. */
export const PASSWORD = 'mật khẩu thử 1'
export const PEOPLE = { clerk: 'Lê Thị Thử', leader: 'Nguyễn Văn Mẫu', drafter: 'Phạm Thị Ví Dụ' } as const
export type Who = keyof typeof PEOPLE

const CARDS: Readonly<Record<Who, PersonCard>> = {
  clerk: { name: PEOPLE.clerk, position: 'Văn thư', roles: ['clerk', 'administrator'], isActive: true },
  leader: { name: PEOPLE.leader, position: 'Phó Chủ tịch', roles: ['leader'], isActive: true },
  drafter: {
    name: PEOPLE.drafter,
    position: 'Công chức Văn phòng – Thống kê',
    roles: ['drafter'],
    isActive: true,
  },
}

/** An office of several people in a real window; its correspondent is an engine without one. */
export interface DayDesk {
  readonly desk: Desk
  readonly hub: HubProcess
  readonly office: OfficeWindow
  readonly recoveryCode: string
  readonly correspondent: TestOffice
  /** A document as it comes out of another office's program. */
  readonly pdf: string
  /** A window of its own on another PC with the same tokens. */
  readonly windowIn: (folder: string) => OfficeWindow
  close(): Promise<void>
}

/**
 * Makes the desk; its window is not open yet, and will ask for the recovery code and then who is at work. The office
 * is made by the engine without a window, as the wizard would: test/e2e/walk.ts goes through that.
 *
 * @param who works there from the beginning, beside the clerk
 */
export async function makeDayDesk(electronPath: string, who: readonly Who[]): Promise<DayDesk> {
  const desk = makeDesk()
  const hub = await startHubProcess()
  const { sender, receiver } = officesOf(desk, `${hub.url}/vxp`)
  const correspondent = await makeOffice(receiver)
  await hasDirectory(correspondent)
  const prepared = await makeOffice({ ...sender, dir: desk.path(join('window', 'office')) })
  await hasDirectory(prepared)
  await employ(prepared, desk, who)
  await prepared.close()
  const windowIn = (name: string) =>
    new OfficeWindow({ dataDir: desk.path(name), env: desk.sender.hsm.env, electronPath })
  const office = windowIn('window')
  return {
    desk,
    hub,
    office,
    recoveryCode: prepared.recoveryCode,
    correspondent,
    pdf: projectPath('test/fixtures/cong-van.pdf'),
    windowIn,
    async close() {
      await office.close()
      await correspondent.close()
      await hub.remove()
      desk.remove()
    },
  }
}

/** The clerk gets a password, and colleagues; the leader has a token. */
async function employ({ call }: TestOffice, { sender }: Desk, colleagues: readonly Who[]): Promise<void> {
  await call('session.setPassword', { next: PASSWORD })
  for (const who of colleagues) await call('people.add', { ...CARDS[who], password: PASSWORD })
  for (const { id, name } of await call('people.list', {})) {
    if (name === PEOPLE.leader) await call('people.setToken', { id, certificate: sender.person })
    if (name === PEOPLE.clerk) await call('people.change', { id, ...CARDS.clerk })
  }
}

/** The correspondent writes to the office of the window, signed and sealed, and it arrives. */
export async function letterArrives(
  { correspondent: { call }, desk, pdf, office }: DayDesk,
  subject: string,
  priority: number,
): Promise<void> {
  const { id, revision, fields } = await draftWith(call, pdf, SENDER.organId)
  const signer = { competence: '', position: 'Phó Giám đốc', fullName: 'Trần Thị Mẫu' }
  const saved = await call('outgoing.save', {
    id,
    revision,
    fields: { ...fields, subject, priority, signer, place: 'Thanh Vân', codeNotation: 'SNV-VTLT' },
  })
  await call('outgoing.freeze', { id, revision: saved.revision })
  const { receiver: tokens } = desk
  await call('outgoing.sign', { id, certificate: tokens.person, pin: tokens.personPin })
  await call('outgoing.seal', { id, certificate: tokens.agency, pin: tokens.agencyPin })
  await call('outgoing.submit', { id })
  await office.until(`${subject} has arrived`, async () => {
    const { rows } = await office.ask('incoming.list', { box: 'new' })
    return rows.some((row) => row.subject === subject)
  })
}
