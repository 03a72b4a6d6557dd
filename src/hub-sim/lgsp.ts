import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { kindNamed, receivedRow, vietnamTime, type Desk } from './desk.ts'
import { partOf } from './multipart.ts'
import type { Offices } from './offices.ts'
import { PacketRefusal } from './packet.ts'
import { NotAuthentic, type Answer, type Caller, type Protocol } from './protocol.ts'

/**
 * A provincial LGSP: name and secret in two headers, arguments in the query, no list of what was sent. Its
 * list of received packets covers days, with what was taken already among them.
 */
export function lgspProtocol(desk: Desk, offices: Offices): Protocol {
  function authenticate(request: IncomingMessage, url: URL): Caller {
    const office = offices.bySystemId(headerOf(request, 'x-systemid'))
    const ours = Buffer.from(office?.secret ?? '')
    const theirs = Buffer.from(headerOf(request, 'x-secretkey'), 'latin1')
    if (office === undefined || theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) {
      throw new NotAuthentic('wrong SystemId or SecretKey')
    }
    return { office, arguments: new Map(url.searchParams) }
  }

  function sendEdoc({ office }: Caller, body: Buffer, contentType: string): Answer {
    const packet = partOf(body, contentType, 'edocFile')
    const kind = partOf(body, contentType, 'messageType')
    if (packet === undefined || kind === undefined) {
      throw new PacketRefusal('10', 'the form has no edocFile or no messageType')
    }
    return { fields: { docId: desk.send(office, { kind: kindNamed(kind.toString('latin1')), packet }) } }
  }

  function receivedList(caller: Caller): Answer {
    const from = dayIn(caller, 'fromDate')
    const to = dayIn(caller, 'toDate')
    const data = desk
      .received(caller.office, kindNamed(argument(caller, 'messageType')))
      .filter(({ acceptedAt }) => {
        const day = vietnamTime(Date.parse(acceptedAt), '/').slice(0, 10)
        return from <= day && day <= to
      })
      .map(receivedRow)
    return { fields: { data } }
  }

  function updateStatus({ office }: Caller, body: Buffer): Answer {
    const { docId, status } = jsonOf(body)
    if (typeof docId !== 'string' || typeof status !== 'string') {
      throw new PacketRefusal('10', 'docId and status are wanted')
    }
    desk.acknowledge(office, docId, status)
    return { fields: {} }
  }

  return {
    authenticate,
    operations: {
      sendEdoc: { method: 'POST', perform: sendEdoc },
      syncReceivedEdocList: { method: 'GET', perform: receivedList },
      getEdoc: {
        method: 'GET',
        perform: (caller) => ({
          file: desk.fetch(caller.office, argument(caller, 'docId'), 'getEdoc').file,
          base64: true,
        }),
      },
      // Nothing that a province published: what one may add to let broken downloads go on.
      downloadEdoc: {
        method: 'GET',
        ranged: true,
        perform: (caller) => ({
          ...desk.fetch(caller.office, argument(caller, 'docId'), 'downloadEdoc'),
          base64: false,
        }),
      },
      updateStatus: { method: 'POST', perform: updateStatus },
      organizations: { method: 'GET', perform: () => ({ fields: { data: desk.directory() } }) },
    },
    termsOf: (_, metadata) => ({ kind: kindNamed(metadata.get('messageType') ?? ''), hash: '' }),
    checkHash: () => undefined,
    strangerStatus: 200,
    words: { code: 'errorCode', description: 'errorDesc' },
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

function argument(caller: Caller, name: string): string {
  const value = caller.arguments.get(name)
  if (value === undefined) throw new PacketRefusal('10', `the parameter ${name} is missing`)
  return value
}

function dayIn(caller: Caller, name: string): string {
  const day = argument(caller, name)
  if (!/^\d{4}\/\d{2}\/\d{2}$/.test(day)) throw new PacketRefusal('10', `${name} is not yyyy/MM/dd`)
  return day
}

function jsonOf(body: Buffer): Readonly<Partial<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Said below, as for any other text that is no object.
  }
  throw new PacketRefusal('10', 'the body is no JSON object')
}
