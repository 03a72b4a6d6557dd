import type { Handlers } from '../../shared/ipc/contract.ts'

/** The requests that are answered before any office is open: by its door (index.ts). */
export type DoorMethod =
  | 'practice.enter'
  | 'practice.leave'
  | 'practice.renew'
  | 'office.status'
  | 'office.newRecoveryCode'
  | 'office.create'
  | 'office.unlock'
  | 'session.recover'
  | 'connection.startCheck'
  | 'connection.check'
  | 'connection.cancelCheck'
  | 'connection.exportCheck'
  | 'connection.chooseFolder'
  | 'restore.choose'
  | 'restore.begin'
  | 'restore.progress'
  | 'restore.cancel'
  | 'token.drivers'
  | 'token.list'
  | 'token.browse'
  | 'update.status'
  | 'update.check'
  | 'update.download'
  | 'update.install'

/** The requests that only an open office answers. */
export type OfficeHandlers = Omit<Handlers, DoorMethod>

/** Those of them that begin with one of these words: `AnswersTo<'outgoing'>` are all of `outgoing.…`. */
export type AnswersTo<Area extends string> = Pick<
  OfficeHandlers,
  Extract<keyof OfficeHandlers, `${Area}.${string}`>
>
