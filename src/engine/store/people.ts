import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { instant } from '../../shared/document/fields.ts'
import { certificateChoice } from '../../shared/ipc/contract.ts'
import type { CertificateChoice } from '../../shared/ipc/contract.ts'
import { personCard, personId, personRole, type PersonCard, type PersonId } from '../../shared/people.ts'
import { AppError } from '../../shared/errors.ts'
import { flag, json, maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'
import type { HistoryStore } from './history.ts'

/** A password as it is kept: what scrypt made of it, and with what. */
export const keptPassword = z.object({
  salt: z.base64(),
  hash: z.base64(),
  cost: z.int(),
  blockSize: z.int(),
  parallel: z.int(),
})
export type KeptPassword = z.output<typeof keptPassword>

const personRow = z
  .object({
    id: personId,
    name: z.string(),
    position: z.string(),
    roles: json(z.array(personRole)),
    isActive: flag,
    password: maybe(json(keptPassword)),
    tokenSerial: maybe(certificateChoice.shape.tokenSerial),
    certificateSha256: maybe(certificateChoice.shape.certificateSha256),
    /** Wrong passwords since the last right one. */
    failures: z.int(),
    /** Before then no password is looked at. */
    waitUntil: instant,
  })
  .transform(({ tokenSerial, certificateSha256, ...row }) => ({
    ...row,
    certificate:
      tokenSerial === undefined || certificateSha256 === undefined
        ? undefined
        : { tokenSerial, certificateSha256 },
  }))
/** A person as stored, with what proves who it is. */
export type StoredPerson = z.output<typeof personRow>

const COLUMNS = `id, name, position, roles, is_active AS isActive, password, token_serial AS tokenSerial,
  certificate_sha256 AS certificateSha256, failures, wait_until AS waitUntil`

export type PeopleStore = ReturnType<typeof peopleStore>

/** The people of the office. The only module that names the `person` table. Nobody is ever deleted. */
export function peopleStore(db: Database, history: HistoryStore, now: () => number) {
  const one = db.query('people.get', `SELECT ${COLUMNS} FROM person WHERE id = @id`, personRow)
  const all = db.query(
    'people.list',
    `SELECT ${COLUMNS} FROM person ORDER BY is_active DESC, rowid`,
    personRow,
  )
  const insert = db.command(
    'people.add',
    `INSERT INTO person (id, name, position, roles, is_active, failures, wait_until, created_at, changed_at)
     VALUES (@id, @name, @position, @roles, @isActive, 0, 0, @at, @at)`,
  )
  const update = db.command(
    'people.change',
    `UPDATE person SET name = @name, position = @position, roles = @roles, is_active = @isActive, changed_at = @at
     WHERE id = @id`,
  )
  const secret = db.command(
    'people.setPassword',
    'UPDATE person SET password = @password, failures = 0, wait_until = 0, changed_at = @at WHERE id = @id',
  )
  const bind = db.command(
    'people.setCertificate',
    `UPDATE person SET token_serial = @tokenSerial, certificate_sha256 = @certificateSha256, changed_at = @at
     WHERE id = @id`,
  )
  const fail = db.command(
    'people.setFailures',
    'UPDATE person SET failures = @failures, wait_until = @waitUntil WHERE id = @id',
  )
  const lacking = db.query(
    'people.lacking',
    `SELECT count(*) AS value FROM json_each(@roles) AS wanted WHERE NOT EXISTS (
       SELECT 1 FROM person, json_each(person.roles) AS has WHERE is_active = 1 AND has.value = wanted.value)`,
    numberRow,
  )

  /** @throws AppError `person/unknown` */
  function get(id: PersonId): StoredPerson {
    const row = one.get({ id })
    if (row === undefined) throw new AppError('person/unknown', `person ${id}`)
    return row
  }

  /** Everybody, those who still work here first. */
  function list(): StoredPerson[] {
    return all.all()
  }

  /** A new person, who cannot show yet who they are. Written to the history. */
  function add(card: PersonCard): StoredPerson {
    const id = personId.parse(randomUUID())
    return db.atomically(() => {
      insert.run({ id, ...columnsOf(card), at: now() })
      note(id, 'add-person', { person: card.name, roles: card.roles.join(' ') })
      keepEveryRole()
      return get(id)
    })
  }

  /**
   * Writes down what is true of a person from now on.
   *
   * @throws AppError `person/role-needed` when nobody would be left to lead, to seal or to keep the people
   */
  function change(id: PersonId, card: PersonCard): StoredPerson {
    return db.atomically(() => {
      get(id)
      update.run({ id, ...columnsOf(card), at: now() })
      note(id, 'change-person', {
        person: card.name,
        roles: card.roles.join(' '),
        active: card.isActive,
      })
      keepEveryRole()
      return get(id)
    })
  }

  /** @throws AppError `person/role-needed` */
  function keepEveryRole(): void {
    const needed = JSON.stringify(['leader', 'clerk', 'administrator'])
    if ((lacking.get({ roles: needed })?.value ?? 0) > 0) {
      throw new AppError('person/role-needed', 'a role would have nobody')
    }
  }

  /** Keeps what was made of a password; `undefined` takes it away. */
  function setPassword(id: PersonId, password: KeptPassword | undefined): void {
    db.atomically(() => {
      get(id)
      const kept = password === undefined ? null : JSON.stringify(password)
      secret.run({ id, password: kept, at: now() })
      note(id, password === undefined ? 'drop-password' : 'set-password', { person: get(id).name })
    })
  }

  /** Whose token it is; `undefined` takes it away. */
  function setCertificate(id: PersonId, certificate: CertificateChoice | undefined): void {
    db.atomically(() => {
      get(id)
      bind.run({
        id,
        tokenSerial: orNull(certificate?.tokenSerial),
        certificateSha256: orNull(certificate?.certificateSha256),
        at: now(),
      })
      note(id, certificate === undefined ? 'drop-token' : 'set-token', { person: get(id).name })
    })
  }

  /** How many wrong passwords came in a row, and until when none is looked at. */
  function setFailures(id: PersonId, failures: number, waitUntil: number): void {
    fail.run({ id, failures, waitUntil })
  }

  function note(id: PersonId, event: string, detail: Record<string, string | boolean>): void {
    history.append({ at: now(), subjectKind: 'office', subjectId: id, event, detail })
  }

  return { add, change, get, list, note, setCertificate, setFailures, setPassword }
}

function columnsOf(card: PersonCard) {
  const { name, position, roles, isActive } = personCard.parse(card)
  return { name, position, roles: JSON.stringify(roles), isActive: isActive ? 1 : 0 }
}
