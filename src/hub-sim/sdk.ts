import { createHash } from 'node:crypto'
import { authenticate } from './authentication.ts'
import { isOffice, kindNamed, notYours, receivedRow, vietnamTime, type Desk } from './desk.ts'
import type { PacketKind } from './ledger.ts'
import { partOf } from './multipart.ts'
import type { Offices } from './offices.ts'
import { PacketRefusal } from './packet.ts'
import type { Answer, Caller, Operation, Protocol } from './protocol.ts'

/** What can be set about the SDK's side of a hub. */
export interface SdkOptions {
  /** Largest difference between a time stamp and the hub's clock. */
  readonly maxSkewMs: number
  /** Which forms of `hash-file` are taken. */
  readonly hashForms: 'both' | 'sdk' | 'padded'
  /** Names the SHA-256 of packets in lists. */
  readonly listsHashes: boolean
}

/** The national hub's operations as its published SDK calls them: signed headers, POST nearly everywhere. */
export function sdkProtocol(desk: Desk, offices: Offices, now: () => number, options: SdkOptions): Protocol {
  const hash = (sha256: string) => (options.listsHashes ? { contentSha256: sha256 } : {})

  function sendEdoc(caller: Caller, body: Buffer, contentType: string): Answer {
    const packet = partOf(body, contentType, 'file_doc')
    if (packet === undefined) throw new PacketRefusal('10', 'there is no part file_doc')
    const { hash, ...terms } = termsOf(caller)
    checkHash(packet, hash)
    return { fields: { DocId: desk.send(caller.office, { ...terms, packet }) } }
  }

  function termsOf(caller: Caller) {
    if (!isOffice(caller.office, argument(caller, 'from'))) throw notYours()
    return { kind: kindOf(caller), to: narrowed(caller), hash: argument(caller, 'hash-file') }
  }

  function checkHash(packet: Buffer, hash: string): void {
    if (!hashFormsOf(packet, options.hashForms).includes(hash.toLowerCase())) {
      throw new PacketRefusal('21', 'hash-file is not the SHA-256 of the file')
    }
  }

  function getEdoc(caller: Caller): Answer {
    return { file: desk.fetch(caller.office, argument(caller, 'docId'), 'getEdoc').file, base64: true }
  }

  function downloadEdoc(caller: Caller): Answer {
    return { ...desk.fetch(caller.office, argument(caller, 'docId'), 'downloadEdoc'), base64: false }
  }

  function receivedList(caller: Caller): Answer {
    const waiting = desk.waiting(caller.office, kindOf(caller))
    const data = waiting.map((one) => ({ ...receivedRow(one), ...hash(one.packet.servedSha256) }))
    return { fields: { data } }
  }

  function sentList(caller: Caller): Answer {
    const kind = kindOf(caller)
    const sent = desk.sent(caller.office, kind, caller.arguments.get('docId') ?? '')
    const data = sent.map(({ packet, to, acceptedAt, status, changedAt }) => ({
      serviceType: 'eDoc',
      messageType: kind,
      senderDocId: packet.documentId,
      receiverDocId: packet.docId,
      fromCode: packet.from,
      toCode: to,
      title: packet.subject,
      notation: packet.notation,
      sentTime: vietnamTime(Date.parse(acceptedAt), '-'),
      receivedTime: status === 'initial' ? '' : vietnamTime(Date.parse(changedAt), '-'),
      sendStatus: 'done',
      sendStatusDesc: '',
      receiveStatus: status,
      receiveStatusDesc: '',
      ...hash(packet.sha256),
    }))
    return { fields: { data } }
  }

  function updateStatus(caller: Caller): Answer {
    desk.acknowledge(caller.office, argument(caller, 'docId'), argument(caller, 'status'))
    return { fields: {} }
  }

  function count(kind: PacketKind): Operation {
    return {
      method: 'POST',
      perform: ({ office }) => ({ fields: { count: desk.waiting(office, kind).length } }),
    }
  }

  const agencyList: Operation = {
    method: 'POST',
    perform: () => ({ fields: { data: desk.directory() } }),
  }
  return {
    authenticate: (request) =>
      authenticate(request, (systemId) => offices.bySystemId(systemId), now(), options.maxSkewMs),
    operations: {
      getReceivedEdocList: { method: 'POST', perform: receivedList },
      getSentEdocList: { method: 'POST', perform: sentList },
      sendEdoc: { method: 'POST', perform: sendEdoc },
      getEdoc: { method: 'POST', perform: getEdoc },
      downloadEdoc: { method: 'GET', ranged: true, perform: downloadEdoc },
      updateStatus: { method: 'POST', perform: updateStatus },
      countReceiveEdoc: count('edoc'),
      countReceiveStatus: count('status'),
      getAgenciesList: agencyList,
      getAgenciesListQD20: agencyList,
      getSynchronizeUnit: agencyList,
    },
    termsOf,
    checkHash,
    strangerStatus: 401,
    words: { code: 'ErrorCode', description: 'ErrorDesc' },
  }
}

function argument(caller: Caller, name: string): string {
  const value = caller.arguments.get(name)
  if (value === undefined) throw new PacketRefusal('10', `the argument ${name} is missing`)
  return value
}

function kindOf(caller: Caller): PacketKind {
  if (argument(caller, 'servicetype') !== 'eDoc') throw new PacketRefusal('10', 'servicetype is not eDoc')
  return kindNamed(argument(caller, 'messagetype'))
}

/** The `to` argument, when it is there: JSON array text. */
function narrowed(caller: Caller): string[] | undefined {
  const text = caller.arguments.get('to')
  if (text === undefined || text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
      return value
  } catch {
    // Said below, as for any other text that is no list.
  }
  throw new PacketRefusal('10', 'the argument to is no list of agencies')
}

function hashFormsOf(bytes: Buffer, forms: SdkOptions['hashForms']): string[] {
  const digest = createHash('sha256').update(bytes).digest()
  const unpadded = [...digest].map((byte) => byte.toString(16)).join('')
  const padded = digest.toString('hex')
  return forms === 'both' ? [unpadded, padded] : forms === 'sdk' ? [unpadded] : [padded]
}
