import type { Method } from './ipc/contract.ts'
import type { PersonRole } from './people.ts'

const DRAFTING = ['drafter', 'leader', 'clerk'] as const
const CLERK = ['clerk'] as const
const ADMINISTRATOR = ['administrator'] as const
const DIRECTING = ['leader', 'clerk'] as const
const KEEPING = ['administrator', 'clerk'] as const

/**
 * Which requests take a role, and which roles will do. A request that is not named here is for everybody who
 * is at work. What depends on the document itself (whose draft, whose task) is looked at where it is done.
 *
 * @source Decree 30/2020/NĐ-CP Arts 13, 14, 32: the authorised person signs; văn thư numbers, seals, registers,
 *   sends, and must personally use the agency's key
 */
const NEEDS: Readonly<Partial<Record<Method, readonly PersonRole[]>>> = {
  'outgoing.draft': DRAFTING,
  'outgoing.save': DRAFTING,
  'outgoing.importPdf': DRAFTING,
  'outgoing.attach': DRAFTING,
  'outgoing.detach': DRAFTING,
  'outgoing.discard': DRAFTING,
  'outgoing.propose': DRAFTING,
  'outgoing.takeBack': DRAFTING,
  'outgoing.freeze': DIRECTING,
  'outgoing.approve': ['leader'],
  'outgoing.sendBack': DIRECTING,
  'outgoing.reopen': DIRECTING,
  'outgoing.replace': DRAFTING,
  'directory.saveGroup': DRAFTING,
  'directory.useGroup': DRAFTING,
  'directory.removeGroup': DRAFTING,
  'outgoing.sign': DRAFTING,
  'outgoing.signMany': DRAFTING,
  'outgoing.seal': CLERK,
  'outgoing.sealMany': CLERK,
  'outgoing.voidNumber': CLERK,
  'outgoing.readdress': CLERK,
  'outgoing.submit': CLERK,
  'outgoing.hold': CLERK,
  'outgoing.sendFirst': CLERK,
  'outgoing.release': CLERK,
  'outgoing.sendAsItIs': CLERK,
  'outgoing.recall': CLERK,
  'outgoing.update': CLERK,
  'outgoing.withdraw': CLERK,

  'incoming.register': CLERK,
  'incoming.return': CLERK,
  'incoming.dismiss': CLERK,
  'incoming.agree': CLERK,
  'incoming.refuse': CLERK,
  'incoming.reply': DRAFTING,
  'incoming.assign': DIRECTING,
  'incoming.assignMany': DIRECTING,

  'registers.correct': CLERK,
  'numbering.save': ADMINISTRATOR,
  'numbering.explain': CLERK,
  'settings.save': ADMINISTRATOR,
  'connection.save': ADMINISTRATOR,
  'connection.keepAuthorities': ADMINISTRATOR,
  'connection.removeAuthorities': ADMINISTRATOR,
  'connection.keepCertificate': ADMINISTRATOR,
  'connection.removeCertificate': ADMINISTRATOR,
  'workCalendar.save': ADMINISTRATOR,
  'queue.savePolicy': KEEPING,
  'desktop.save': KEEPING,
  'signaturePolicy.save': ADMINISTRATOR,
  'encryption.makeKey': CLERK,
  'encryption.importKey': KEEPING,
  'encryption.save': ADMINISTRATOR,
  'backup.save': KEEPING,
  'backup.make': KEEPING,
  'backup.settleRestored': CLERK,
  'trust.import': ADMINISTRATOR,
  'trust.confirm': ADMINISTRATOR,
  'trust.remove': ADMINISTRATOR,
  'people.add': ADMINISTRATOR,
  'people.change': ADMINISTRATOR,
  'people.setPassword': ADMINISTRATOR,
  'people.setToken': ADMINISTRATOR,
  'people.handOver': KEEPING,
  'people.saveAutoLock': ADMINISTRATOR,
}

/** Whether one of these roles is enough for the request. */
export function mayAsk(method: Method, roles: readonly PersonRole[]): boolean {
  const needed = NEEDS[method]
  return needed === undefined || needed.some((role) => roles.includes(role))
}

/** What is answered while nobody is at work: who could be, and how the line stands. */
export const UNATTENDED: readonly Method[] = [
  'session.current',
  'session.enter',
  'session.enterByToken',
  'session.leave',
  'session.stay',
  'line.status',
  'token.status',
]
