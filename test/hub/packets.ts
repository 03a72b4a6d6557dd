import { createHash } from 'node:crypto'
import type { OutgoingPacket, PacketKind } from '../../src/engine/hub/transport.ts'

const NAMESPACE = 'http://www.mic.gov.vn/TBT/QCVN_102_2016'

/** A document packet by hand, so that the hub is judged without the project's own envelope code. */
export function documentXml(
  more: {
    from?: string
    to?: readonly string[]
    documentId?: string
    number?: string
    notation?: string
    subject?: string
    attachment?: Uint8Array
  } = {},
): Buffer {
  const from = more.from ?? 'H99.88.01'
  const number = more.number ?? '07'
  const notation = more.notation ?? 'UBND-VP'
  const documentId = more.documentId ?? `${from},2026/01/15,${number}/${notation}`
  const to = (more.to ?? ['H99.07']).map(
    (organId) =>
      `<edXML:To><edXML:OrganId>${organId}</edXML:OrganId><edXML:OrganName>Nơi nhận</edXML:OrganName></edXML:To>`,
  )
  // The subject stands before the code on purpose: the hub puts them in its own order.
  const head = `<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="${NAMESPACE}">
  <edXML:edXMLEnvelope xmlns:edXML="${NAMESPACE}">
    <edXML:edXMLHeader>
      <edXML:MessageHeader>
        <edXML:From><edXML:OrganId>${from}</edXML:OrganId><edXML:OrganName>UBND xã Suối Ngọc</edXML:OrganName></edXML:From>
        ${to.join('\n        ')}
        <edXML:Subject>${more.subject ?? 'V/v đăng ký tập huấn &amp; kiểm tra'}</edXML:Subject>
        <edXML:Code><edXML:CodeNumber>${number}</edXML:CodeNumber><edXML:CodeNotation>${notation}</edXML:CodeNotation></edXML:Code>
        <edXML:DocumentId>${documentId}</edXML:DocumentId>
      </edXML:MessageHeader>
      <edXML:TraceHeaderList>
        <edXML:TraceHeader><edXML:OrganId>${from}</edXML:OrganId><edXML:Timestamp>2026/01/15 09:30:00</edXML:Timestamp></edXML:TraceHeader>
        <edXML:Bussiness><edXML:BussinessDocType>0</edXML:BussinessDocType></edXML:Bussiness>
      </edXML:TraceHeaderList>
    </edXML:edXMLHeader>
    <edXML:edXMLBody><edXML:edXMLManifest version="1.0"/></edXML:edXMLBody>
  </edXML:edXMLEnvelope>
  <edXML:AttachmentEncoded xmlns:edXML="${NAMESPACE}"><edXML:Attachment><edXML:AttachmentName>07.pdf</edXML:AttachmentName><edXML:ContentTransferEncoded>`
  const tail = `</edXML:ContentTransferEncoded></edXML:Attachment></edXML:AttachmentEncoded>
</edXML>
`
  const content = Buffer.from(more.attachment ?? Buffer.from('%PDF-1.7 thử')).toString('base64')
  return Buffer.concat([Buffer.from(head), Buffer.from(content, 'latin1'), Buffer.from(tail)])
}

/** A status packet about a document. */
export function statusXml(
  more: { from?: string; about?: string; documentId?: string; code?: string; status?: string } = {},
): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="${NAMESPACE}"><edXML:edXMLEnvelope xmlns:edXML="${NAMESPACE}"><edXML:edXMLHeader><edXML:MessageHeader>
<edXML:From><edXML:OrganId>${more.from ?? 'H99.07'}</edXML:OrganId></edXML:From>
<edXML:ResponseFor><edXML:OrganId>${more.about ?? 'H99.88.01'}</edXML:OrganId><edXML:Code>${more.code ?? '07/UBND-VP'}</edXML:Code><edXML:DocumentId>${more.documentId ?? 'H99.88.01,2026/01/15,07/UBND-VP'}</edXML:DocumentId></edXML:ResponseFor>
<edXML:StatusCode>${more.status ?? '01'}</edXML:StatusCode>
</edXML:MessageHeader></edXML:edXMLHeader></edXML:edXMLEnvelope></edXML>
`)
}

/** Lower-case hex of some bytes. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Frozen bytes as the outbox would hand them to the transport. */
export function packetOf(bytes: Uint8Array, kind: PacketKind = 'edoc', from = 'H99.88.01'): OutgoingPacket {
  return {
    kind,
    from,
    recipients: ['H99.07'],
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, these bytes are there
    async *open() {
      yield bytes
    },
  }
}

/** All bytes of a download. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}
