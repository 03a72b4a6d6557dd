import type { DocumentId } from '../../shared/document/fields.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import { AppError, codeOf } from '../../shared/errors.ts'
import type { IncomingSummary, Method, Output, Reply, Request } from '../../shared/ipc/contract.ts'
import { PRACTICE_PIN, PRACTICE_SIDES } from '../../shared/practice.ts'
import { PRACTICE_LETTERS, type PracticeLetter } from './letters.vi.ts'

/** The engine that the correspondent works at, and the world as it meets it. */
export interface CorrespondentPorts {
  /** See Engine.answer: it asks what any window may ask, and nothing else. */
  readonly answer: (method: unknown, input: unknown) => Promise<Reply<unknown>>
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly now: () => number
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** Somebody who works at an engine by himself. */
export interface Correspondent {
  /** After this nothing more is begun. */
  readonly stop: () => void
}

const LOOK_EVERY_MS = 2_000
/** How long after its arrival a document is taken up, so that the clerk sees one state after the other. */
const REGISTER_AFTER_MS = 5_000
const PROCESS_AFTER_MS = 30_000
const FINISH_AFTER_MS = 90_000
const FIRST_LETTER_AFTER_MS = 10_000
const LETTER_EVERY_MS = 5 * 60_000
/** After something went wrong, such as a print while the app ends. */
const REST_MS = 60_000
const DAY_MS = 86_400_000
const MANY = 200

/**
 * The clerk of the agency that answers in practice. It sits at an ordinary engine with an ordinary office and does
 * what a clerk does: registers what comes in and sees to it, agrees to recalls and updates, and writes a letter now and then,
 * the next one only when the last was registered.
 */
export function startCorrespondent(ports: CorrespondentPorts): Correspondent {
  const { timer, now, log } = ports
  /** Before this no letter is written, whatever else. */
  let lettersFrom = now() + FIRST_LETTER_AFTER_MS
  let stopped = false
  let undo = timer(LOOK_EVERY_MS, lookAndGoOn)

  async function ask<M extends Method>(method: M, input: Request<M>): Promise<Output<M>> {
    const reply = await ports.answer(method, input)
    if (!reply.ok) throw new AppError(reply.error.code, `the correspondent's ${method} was refused`)
    // The engine has parsed its answer with the schema that Output is inferred from.
    return reply.value as Output<M>
  }

  function lookAndGoOn(): void {
    void look().finally(() => {
      if (!stopped) undo = timer(LOOK_EVERY_MS, lookAndGoOn)
    })
  }

  async function look(): Promise<void> {
    try {
      await agreeToRequests()
      await seeToArrivals()
    } catch (cause) {
      complain(cause)
    }
    if (now() < lettersFrom) return
    try {
      if (await isLetterDue()) await write(await nextLetter())
    } catch (cause) {
      // Another one later: what comes in is seen to meanwhile.
      lettersFrom = now() + REST_MS
      complain(cause)
    }
  }

  function complain(cause: unknown): void {
    if (!stopped) log('warn', `the correspondent could not do it: ${codeOf(cause)} ${String(cause)}`)
  }

  async function agreeToRequests(): Promise<void> {
    const { rows } = await ask('incoming.list', { box: 'asked', limit: MANY })
    for (const { id, request } of rows) {
      if (request?.state === 'asked') await ask('incoming.agree', { id, requestId: request.id })
    }
  }

  async function seeToArrivals(): Promise<void> {
    const arrived = await ask('incoming.list', { box: 'new', limit: MANY })
    for (const { id } of arrived.rows.filter(isOlderThan(REGISTER_AFTER_MS))) {
      await ask('incoming.register', { id })
    }
    const { rows } = await ask('incoming.list', { box: 'registered', limit: MANY })
    for (const { id, state } of rows.filter(isOlderThan(PROCESS_AFTER_MS))) {
      if (state === 'registered') await ask('incoming.process', { id })
    }
    for (const { id, state } of rows.filter(isOlderThan(FINISH_AFTER_MS))) {
      if (state === 'processing') await ask('incoming.finish', { id })
    }
  }

  function isOlderThan(ms: number) {
    return ({ receivedAt }: IncomingSummary): boolean => now() - receivedAt >= ms
  }

  async function isLetterDue(): Promise<boolean> {
    const outbox = await ask('outgoing.list', { box: 'outbox', limit: 1 })
    const { rows } = await ask('outgoing.list', { box: 'sent', limit: MANY })
    if (outbox.total > 0 || rows.some(({ state }) => state === 'sent')) return false
    return rows.every(({ sentAt = 0 }) => now() - sentAt >= LETTER_EVERY_MS)
  }

  async function nextLetter(): Promise<PracticeLetter> {
    const { total } = await ask('outgoing.list', { box: 'sent', limit: 1 })
    const letter = PRACTICE_LETTERS[total % PRACTICE_LETTERS.length]
    if (letter === undefined) throw new RangeError('there are no letters')
    return letter
  }

  /** Written, signed, sealed and sent as every document is. */
  async function write(letter: PracticeLetter): Promise<void> {
    const token = (await ask('settings.current', {})).token
    if (token?.person === undefined || token.agency === undefined) {
      throw new AppError('sign/certificate-missing', 'the correspondent has no token')
    }
    await clearDesk()
    const id = await draft(letter)
    const { revision } = await ask('outgoing.one', { id })
    await ask('outgoing.freeze', { id, revision })
    await ask('outgoing.sign', { id, certificate: token.person, pin: PRACTICE_PIN })
    await ask('outgoing.seal', { id, certificate: token.agency, pin: PRACTICE_PIN })
    await ask('outgoing.submit', { id })
  }

  /** What was not finished when the app ended is not finished now either: a new one is written. */
  async function clearDesk(): Promise<void> {
    const { rows } = await ask('outgoing.list', { box: 'drafts', limit: MANY })
    for (const { id } of rows) await ask('outgoing.discard', { id })
  }

  async function draft({ subject, priority, answerInDays, paragraphs }: PracticeLetter): Promise<DocumentId> {
    const { signerName, signerPosition } = PRACTICE_SIDES.correspondent
    const to = PRACTICE_SIDES.office.agency
    const { id, revision } = await ask('outgoing.draft', {
      fields: {
        typeName: 'Công văn',
        codeNotation: 'SNV-VP',
        place: 'Thanh Vân',
        subject,
        priority,
        ...(answerInDays === undefined ? {} : { dueDate: vietnamDate(now() + answerInDays * DAY_MS) }),
        signer: { competence: '', position: signerPosition.toLocaleUpperCase('vi'), fullName: signerName },
        toPlaces: ['Như trên', 'Lưu: VT, VP'],
        recipients: [to.organId],
      },
    })
    const begun = await ask('drafting.begin', { id, revision })
    if (begun.composition === undefined) throw new Error('a draft that was begun has a page')
    await ask('outgoing.save', {
      id,
      revision: begun.revision,
      fields: begun.fields,
      composition: {
        ...begun.composition,
        addressees: [to.name],
        body: {
          type: 'doc',
          content: paragraphs.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
        },
      },
    })
    return id
  }

  return {
    stop() {
      stopped = true
      undo()
    },
  }
}
