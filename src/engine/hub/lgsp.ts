import { AppError } from '../../shared/errors.ts'
import type { HubRoad } from '../../shared/ipc/contract.ts'
import { hubAbilities } from './abilities.ts'
import {
  baseOf,
  hubCalls,
  type CountedReply,
  type HubCallOptions,
  type HubReply,
  type HubRequest,
  type PacketForm,
} from './calls.ts'
import type { ConnectionOptions } from './connection.ts'
import { openHttp } from './open-http.ts'
import { textField, type Fields } from './reply.ts'
import { agencies, byAge, dayOf, listedPacket, rowsOf } from './rows.ts'
import type {
  Accepted,
  CallOptions,
  FetchOptions,
  ListedPacket,
  OutgoingPacket,
  PacketKind,
  SendOptions,
  Transport,
} from './transport.ts'
import { tusUploads } from './tus.ts'
import { overRoad, roadBase, roadEvidence } from './xroad.ts'

/** Everything about one provincial LGSP. What hub-api section 6 does not say for certain can be set. */
export interface LgspOptions extends HubCallOptions {
  /** Base URL with its version, such as `https://lgsp.example/v1`; operations are appended after `/`. */
  readonly endpoint: string
  readonly systemId: string
  /** Shared key; it travels in a header of each request, so only over TLS or a closed network. */
  readonly secret: string
  readonly connection?: ConnectionOptions | undefined
  /** Carries every call through a security server that speaks X-Road REST; `endpoint` is that server. */
  readonly road?: HubRoad | undefined
  /** How `getEdoc` answers. Default `base64` (in JSON). */
  readonly download?: PacketForm | undefined
  /** How far back a list reaches when nobody says since when. Default 92 days. */
  readonly listDays?: number | undefined
  /** Where the directory is, below the base. Default `organizations`. */
  readonly directoryOperation?: string | undefined
}

const DAY_MS = 86_400_000
/** A quarter: no LGSP publishes how long it keeps packets, and an office may have been away for long. */
const LIST_DAYS = 92

/**
 * The provincial REST variant (hub-api section 6). It has no list of what was sent, so it can never be asked
 * about a packet whose answer was lost: {@link Transport.lookup} says so instead of guessing.
 *
 * @throws AppError `hub/not-configured` when the endpoint is no http(s) address, or name or secret are
 *   nothing a header can carry
 */
export function lgspTransport(options: LgspOptions): Transport {
  const { road } = options
  const server = baseOf(options.endpoint)
  const base = roadBase(server, road)
  const http = overRoad(openHttp(options.connection), road)
  // No request of this protocol carries a time: a refusal is never the clock's fault.
  const calls = hubCalls(http, { ...options, allowedClockSkewMs: Infinity })
  const identity = {
    'X-SystemId': headerValue('system id', options.systemId),
    'X-SecretKey': headerValue('secret', options.secret),
  }

  const abilities = hubAbilities(
    (question, more) =>
      calls.ask({ ...get(question === 'uploads' ? 'uploads' : 'downloadEdoc'), method: 'OPTIONS' }, more),
    calls.clock,
  )

  function get(operation: string, query: Readonly<Record<string, string>> = {}): HubRequest {
    const url = new URL(base + operation)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return { url, method: 'GET', headers: identity }
  }

  function post(operation: string, body: Readonly<Record<string, string>>): HubRequest {
    return {
      url: new URL(base + operation),
      method: 'POST',
      headers: { ...identity, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }
  }

  async function listed(
    kind: PacketKind,
    since: number | undefined,
    more: CallOptions,
  ): Promise<{ packets: ListedPacket[]; reply: HubReply }> {
    const now = calls.clock()
    const reply = await calls.exchange(
      get('syncReceivedEdocList', {
        messageType: kind,
        fromDate: dayOf(since ?? now - (options.listDays ?? LIST_DAYS) * DAY_MS),
        // Whether the last day counts is not published, and the hub's clock may be ahead.
        toDate: dayOf(now + DAY_MS),
      }),
      more,
    )
    const rows = rowsOf(reply.fields, (row) => {
      const packet = listedPacket(row, kind)
      return packet === undefined ? undefined : { packet, done: isDone(row) }
    })
    return { packets: rows.flatMap(({ packet, done }) => (done ? [] : packet)), reply }
  }

  const uploads = tusUploads({
    http: calls.http,
    calls,
    endpoint: new URL(`${base}uploads`),
    request: (method, url, { contentType, created }) => ({
      url,
      method,
      headers: {
        ...identity,
        'Content-Type': contentType,
        ...(created === undefined
          ? {}
          : { 'Upload-Metadata': `messageType ${Buffer.from(created.kind).toString('base64')}` }),
      },
    }),
  })

  async function send(packet: OutgoingPacket, more: SendOptions = {}): Promise<Accepted> {
    if (more.upload !== undefined || (await abilities.current(more)).resumableUpload) {
      return uploads.send(packet, more)
    }
    return calls.send(
      packet,
      {
        part: 'edocFile',
        fields: { messageType: packet.kind },
        boundary: `===${String(calls.clock())}===`,
      },
      (upload) => ({
        url: new URL(`${base}sendEdoc`),
        method: 'POST',
        headers: {
          ...identity,
          'Content-Type': upload.contentType,
          'Content-Length': String(upload.lengthBytes),
        },
        body: upload.body(),
      }),
      more,
    )
  }

  async function* fetch(packetId: string, more: FetchOptions = {}): AsyncGenerator<Uint8Array> {
    const resumable = more.part !== undefined || (await abilities.current(more)).resumableDownload
    yield* calls.fetch(
      () => get(resumable ? 'downloadEdoc' : 'getEdoc', { docId: packetId }),
      resumable ? 'file' : (options.download ?? 'base64'),
      more,
    )
  }

  async function counted(kind: PacketKind, more: CallOptions): Promise<CountedReply> {
    const { packets, reply } = await listed(kind, undefined, more)
    return { count: packets.length, clockSkewMs: reply.clockSkewMs }
  }

  return {
    capabilities: async (more = {}) => ({
      transport: 'lgsp',
      listsHashes: false,
      ...(await abilities.current(more)),
      ...(options.maxPacketBytes === undefined ? {} : { maxPacketBytes: options.maxPacketBytes }),
    }),

    async list(since, more = {}) {
      const documents = await listed('edoc', since, more)
      return byAge(documents.packets, (await listed('status', since, more)).packets)
    },

    fetch,
    send,
    uploadStanding: (upload, sizeBytes, more = {}) => uploads.standing(upload, sizeBytes, more),

    lookup({ kind, mayRepeat }) {
      // A second status harms nobody, a lost one does; a second document is for a person to decide.
      return kind === 'status' || mayRepeat === true
        ? Promise.resolve(undefined)
        : Promise.reject(unaskable())
    },

    deliveries: () => Promise.reject(unaskable()),

    async acknowledge(packetId, outcome, more = {}) {
      await calls.exchange(post('updateStatus', { docId: packetId, status: outcome }), more, 'packet')
    },

    async directory(more = {}) {
      const reply = await calls.exchangeExtra(get(options.directoryOperation ?? 'organizations'), more)
      return reply === undefined ? undefined : agencies(rowsOf(reply.fields, (row) => row))
    },

    evidence: (attemptId, more = {}) =>
      road === undefined ? undefined : roadEvidence(http, { base: server, road, attemptId }, more),

    check: (more = {}) =>
      calls.check(
        () => counted('edoc', more),
        () => counted('status', more),
      ),

    close: () => http.close(),
  }
}

/** The list covers days, not what waits: rows that somebody has told the LGSP about are behind us. */
function isDone(row: Fields): boolean {
  return /^(done|fail)$/i.test(textField(row, 'status'))
}

function unaskable(): AppError {
  return new AppError('hub/outcome-unaskable', 'this hub has no list of sent packets')
}

function headerValue(what: string, value: string): string {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new AppError('hub/not-configured', `the ${what} has characters no header can carry`)
  }
  return value
}
