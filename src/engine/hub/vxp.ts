import type { HubRoad } from '../../shared/ipc/contract.ts'
import { hubAbilities } from './abilities.ts'
import { baseOf, hubCalls, type CountedReply, type HubCallOptions, type HubRequest } from './calls.ts'
import type { ConnectionOptions } from './connection.ts'
import { openHttp } from './open-http.ts'
import { textField } from './reply.ts'
import { agencies, bestMatch, byAge, dayOf, delivery, listedPacket, rowsOf } from './rows.ts'
import type {
  Accepted,
  CallOptions,
  Delivery,
  FetchOptions,
  ListedPacket,
  OutgoingPacket,
  PacketKind,
  SendOptions,
  Transport,
} from './transport.ts'
import { tusUploads } from './tus.ts'
import { hashFile, signedHeaders, type HashFileForm } from './vxp-signing.ts'
import { overRoad, roadBase, roadEvidence } from './xroad.ts'

/** Everything about one hub that speaks as the SDK does. */
export interface VxpOptions extends HubCallOptions {
  /** Base URL of the service on the security server; operations are appended after `/`. */
  readonly endpoint: string
  readonly systemId: string
  /** Shared key of the HMAC. It is kept in the encrypted database and never logged. */
  readonly secret: string
  readonly connection?: ConnectionOptions | undefined
  /** Carries every call through a security server that speaks X-Road REST; `endpoint` is that server. */
  readonly road?: HubRoad | undefined
  /** Default `sdk`, the form that the hub is known to take. */
  readonly hashFileForm?: HashFileForm | undefined
  /** How packets are fetched. Default `getEdoc` (base64 in JSON); `downloadEdoc` streams the file itself. */
  readonly download?: 'getEdoc' | 'downloadEdoc' | undefined
  /** Where the directory comes from. Default: the list with the ids of Decision 20/2020. */
  readonly directoryOperation?: 'getAgenciesList' | 'getAgenciesListQD20' | 'getSynchronizeUnit' | undefined
  /** Sends `fromDate` with lists (only the .NET SDK does). Default false. */
  readonly listsByDate?: boolean | undefined
  readonly serviceType?: string | undefined
  readonly headerPrefix?: string | undefined
  readonly userAgent?: string | undefined
  readonly version?: string | undefined
}

/** An operation with its arguments, which travel as signed headers. */
interface Operation {
  readonly name: string
  readonly method?: HubRequest['method']
  readonly headerArguments?: readonly (readonly [string, string])[]
  readonly contentType?: string
  readonly body?: string
}

/** An empty form, as the SDK posts it with lists. */
const FORM = { contentType: 'application/x-www-form-urlencoded', body: '' } as const

/**
 * The national hub's operations as its published SDK calls them, with HMAC over headers (hub-api 2 to 5).
 * @throws AppError `hub/not-configured` when the endpoint is no http(s) address
 */
export function vxpTransport(options: VxpOptions): Transport {
  const { road } = options
  const server = baseOf(options.endpoint)
  const base = roadBase(server, road)
  const serviceType = options.serviceType ?? 'eDoc'
  const download = options.download ?? 'getEdoc'
  const http = overRoad(openHttp(options.connection), road)
  const calls = hubCalls(http, options)
  const abilities = hubAbilities(
    (question, more) =>
      calls.ask(
        signed({ name: question === 'uploads' ? 'uploads' : 'downloadEdoc', method: 'OPTIONS' }),
        more,
      ),
    calls.clock,
  )
  const identity = {
    systemId: options.systemId,
    secret: options.secret,
    headerPrefix: options.headerPrefix ?? 'XroadVnpt-',
    userAgent: options.userAgent ?? 'JAVASDKAgent/1.0.0 XRoad/VPCP',
    version: options.version ?? '3.0.201608',
  }

  /** The signed request of an operation, as of now. */
  function signed({ name, method = 'POST', headerArguments = [], contentType, body }: Operation): HubRequest {
    return {
      url: new URL(base + name),
      method,
      headers: signedHeaders(identity, calls.serverNow(), contentType ?? 'application/json', headerArguments),
      body,
    }
  }

  async function listed(
    kind: PacketKind,
    since: number | undefined,
    more: CallOptions,
  ): Promise<ListedPacket[]> {
    const dates =
      options.listsByDate === true && since !== undefined ? [['fromDate', dayOf(since)] as const] : []
    const { fields } = await calls.exchange(
      signed({
        name: 'getReceivedEdocList',
        headerArguments: [['servicetype', serviceType], ['messagetype', kind], ...dates],
        ...FORM,
      }),
      more,
    )
    return rowsOf(fields, (row) => listedPacket(row, kind))
  }

  async function sentRows(kind: PacketKind, docId: string, more: CallOptions): Promise<Delivery[]> {
    const { fields } = await calls.exchange(
      signed({
        name: 'getSentEdocList',
        headerArguments: [
          ['servicetype', serviceType],
          ['messagetype', kind],
          ['docId', docId],
        ],
        ...FORM,
      }),
      more,
    )
    return rowsOf(fields, (row) => delivery(row, kind))
  }

  const uploads = tusUploads({
    http: calls.http,
    calls,
    endpoint: new URL(`${base}uploads`),
    request: (method, url, { contentType, created }) => ({
      url,
      method,
      headers: signedHeaders(
        identity,
        calls.serverNow(),
        contentType,
        created === undefined ? [] : sendArguments(created),
      ),
    }),
  })

  function sendArguments(packet: OutgoingPacket): (readonly [string, string])[] {
    return [
      ['from', packet.from],
      ['servicetype', serviceType],
      ['messagetype', packet.kind],
      ...(packet.to === undefined ? [] : [['to', JSON.stringify(packet.to)] as const]),
      ['hash-file', hashFile(packet.sha256, options.hashFileForm ?? 'sdk')],
    ]
  }

  async function send(packet: OutgoingPacket, more: SendOptions = {}): Promise<Accepted> {
    if (more.upload !== undefined || (await abilities.current(more)).resumableUpload) {
      return uploads.send(packet, more)
    }
    return calls.send(
      packet,
      { part: 'file_doc', boundary: `===${String(calls.clock())}===` },
      (upload) => ({
        url: new URL(`${base}sendEdoc`),
        method: 'POST',
        headers: {
          ...signedHeaders(
            identity,
            calls.serverNow(),
            'application/octet-stream',
            sendArguments(packet),
            upload.contentType,
          ),
          'Content-Length': String(upload.lengthBytes),
        },
        body: upload.body(),
      }),
      more,
    )
  }

  async function* fetch(packetId: string, more: FetchOptions = {}): AsyncGenerator<Uint8Array> {
    const asFile =
      download === 'downloadEdoc' ||
      more.part !== undefined ||
      (await abilities.current(more)).resumableDownload
    const inJson = !asFile
    yield* calls.fetch(
      () =>
        signed({
          name: inJson ? 'getEdoc' : 'downloadEdoc',
          method: inJson ? 'POST' : 'GET',
          headerArguments: [
            ['docId', packetId],
            ['filePath', ''],
          ],
          ...(inJson ? { body: '{}' } : {}),
        }),
      inJson ? 'base64' : 'file',
      more,
    )
  }

  async function counted(name: string, more: CallOptions): Promise<CountedReply> {
    const { fields, clockSkewMs } = await calls.exchange(signed({ name, body: '{}' }), more)
    const count = Number(textField(fields, 'count'))
    return { count: Number.isSafeInteger(count) ? count : 0, clockSkewMs }
  }

  return {
    capabilities: async (more = {}) => ({
      transport: 'vxp',
      listsHashes: true,
      ...(await abilities.current(more)),
      ...(options.maxPacketBytes === undefined ? {} : { maxPacketBytes: options.maxPacketBytes }),
    }),

    async list(since, more = {}) {
      const documents = await listed('edoc', since, more)
      return byAge(documents, await listed('status', since, more))
    },

    fetch,
    send,
    uploadStanding: (upload, sizeBytes, more = {}) => uploads.standing(upload, sizeBytes, more),

    async lookup(query, more = {}) {
      return bestMatch(await sentRows(query.kind, '', more), query)
    },

    deliveries: (packetId, kind, more = {}) => sentRows(kind, packetId, more),

    async acknowledge(packetId, outcome, more = {}) {
      await calls.exchange(
        signed({
          name: 'updateStatus',
          headerArguments: [
            ['docId', packetId],
            ['status', outcome],
          ],
          body: '{}',
        }),
        more,
        'packet',
      )
    },

    async directory(more = {}) {
      const name = options.directoryOperation ?? 'getAgenciesListQD20'
      const { fields } = await calls.exchange(signed({ name, body: '{}' }), more)
      return agencies(rowsOf(fields, (row) => row))
    },

    evidence: (attemptId, more = {}) =>
      road === undefined ? undefined : roadEvidence(http, { base: server, road, attemptId }, more),

    check: (more = {}) =>
      calls.check(
        () => counted('countReceiveEdoc', more),
        () => counted('countReceiveStatus', more),
      ),

    close: () => http.close(),
  }
}
