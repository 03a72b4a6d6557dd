import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { officeEncryption } from '../../src/engine/encryption.ts'
import { verifyFileSignature } from '../../src/engine/file-signature.ts'
import { folderSealing } from '../../src/engine/folder-sealing.ts'
import { exchangeFolder } from '../../src/engine/hub/exchange-folder.ts'
import { filedropTransport } from '../../src/engine/hub/filedrop.ts'
import type { PackageLabel, Sealing } from '../../src/engine/hub/sealing.ts'
import { prepareKeyStatement } from '../../src/engine/key-statement.ts'
import { paddedBytes, sealPackage, type Sealer } from '../../src/engine/sealed-package.ts'
import { fingerprint, parseCertificate } from '../../src/engine/signing/certificate.ts'
import { makeEncryptionKey, makePackageKey } from '../../src/engine/signing/encryption-certificate.ts'
import { USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { oneChunk } from '../../src/shared/bytes.ts'
import { sha256Hex, type Agency } from '../../src/shared/document/fields.ts'
import { RECEIVER, SENDER } from '../helpers/office.ts'
import { makePki, type MadeCertificate, type Pki } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { collected, packetOf, sha256Of } from '../hub/packets.ts'
import { office as emptyStore } from '../store/office.ts'

const DAY = 86_400_000
const NOW = Date.now()
const THIRD: Agency = { ...RECEIVER, organId: 'H99.08', name: 'Sở Tài chính tỉnh Thanh Vân' }
const dir = mkdtempSync(join(tmpdir(), 'vanthu-drop-'))
let pki: Pki
const tokens = new Map<string, MadeCertificate>()
let stranger: MadeCertificate

beforeAll(() => {
  pki = makePki(join(dir, 'pki'))
  const since = { notBefore: new Date(NOW - 900 * DAY), notAfter: new Date(NOW + 900 * DAY) }
  for (const { organId, name } of [SENDER, RECEIVER, THIRD]) {
    const subject = `/C=VN/O=UBND tỉnh Thanh Vân/CN=${name}`
    tokens.set(organId, pki.issue({ file: organId, subject, ...since }))
  }
  const elsewhere = makePki(join(dir, 'elsewhere'))
  stranger = elsewhere.issue({
    file: 'x',
    subject: `/C=VN/O=UBND tỉnh Thanh Vân/CN=${SENDER.name}`,
    ...since,
  })
})
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

/** The keys of an agency, and what its token says of them. */
function keysOf({ organId, name }: Agency, token = tokens.get(organId)) {
  if (token === undefined) throw new Error('every agency here has a token')
  const owner = { organId, name, notBefore: new Date(NOW - DAY), notAfter: new Date(NOW + 700 * DAY) }
  const encryption = makeEncryptionKey(owner)
  const packages = makePackageKey(owner)
  const prepared = prepareKeyStatement(
    {
      organId,
      name,
      encryptionCertificate: encryption.certificate,
      packageCertificate: packages.certificate,
      issuedAt: new Date(NOW - 60_000),
      validUntil: owner.notAfter,
    },
    { certificate: token.der, chain: [pki.issuing.der], manner: USUAL_MANNER },
  )
  const statement = prepared.statement(tokenSign(token, 'rsa-pkcs1', 'sha256', prepared.hash.message))
  const sealer: Sealer = {
    key: { certificate: parseCertificate(packages.certificate), privateKey: packages.privateKey },
    statement,
  }
  return { encryption, packages, statement, sealer }
}

/** An office with keys and without a hub, which can be led to any folder. */
function office(agency: Agency) {
  const keys = keysOf(agency)
  const store = emptyStore()
  store.settings.set('agency', agency)
  store.encryptionKeys.addOwn({
    certificateSha256: sha256Hex.parse(fingerprint(keys.encryption.certificate)),
    certificate: keys.encryption.certificate,
    privateKey: keys.encryption.privateKey.export({ type: 'pkcs8', format: 'der' }),
    packageKey: keys.packages.privateKey.export({ type: 'pkcs8', format: 'der' }),
    statement: keys.statement,
    signer: agency.name,
    validUntil: NOW + 700 * DAY,
    madeAt: NOW,
  })
  const trust = trustStore({ imported: [pki.root.der] })
  const refuse = () => {
    throw new Error('nobody expected this call')
  }
  const encryption = officeEncryption({
    store,
    signer: { modules: refuse, tokens: refuse, sign: refuse, slow: refuse, reset: refuse, close: refuse },
    now: () => NOW,
    judge: (statement) => verifyFileSignature(undefined, statement, { trust, now: new Date(NOW) }),
    manner: () => USUAL_MANNER,
    requireUnrevoked: () => undefined,
    onLearnt: () => undefined,
  })
  const sealing = folderSealing({ store, encryption, now: () => NOW, onDirectory: () => undefined })
  return { store, keys, at: (folder: string) => ({ store, keys, ...visitOf(folder, sealing) }) }
}

function officeAt(folder: string, agency: Agency) {
  return office(agency).at(folder)
}

function visitOf(folder: string, sealing: Sealing) {
  const transport = filedropTransport({ folder, sealing, clock: () => NOW })
  return {
    transport,
    /** Takes everything that is for it, as the engine does. */
    async takeAll(): Promise<Map<string, Buffer>> {
      const taken = new Map<string, Buffer>()
      for (let listed = await transport.list(); listed.length > 0; listed = await transport.list()) {
        for (const { packetId } of listed) {
          try {
            taken.set(packetId, await collected(transport.fetch(packetId)))
            await transport.acknowledge(packetId, 'done')
          } catch (cause) {
            // A broken copy stays where it is, and is not listed again.
            expect(cause).toMatchObject({ code: 'package/broken' })
          }
        }
      }
      return taken
    },
  }
}

let made = 0
/** A folder that two offices know each other in. */
async function twoOffices(sending = office(SENDER), receiving = office(RECEIVER)) {
  const folder = join(dir, `stick-${String(++made)}`)
  mkdirSync(folder)
  await exchangeFolder(folder).prepare()
  const sender = sending.at(folder)
  const receiver = receiving.at(folder)
  await receiver.transport.list()
  await sender.transport.list()
  const ours = join(folder, 'VanThu')
  const names = () => readdirSync(ours).filter((name) => name.endsWith('.vtgoi'))
  return { folder, ours, names, sender, receiver }
}

const packet = (text: string, size = 20_000) => packetOf(Buffer.from(text.padEnd(size, text)))
const openssl = (...args: string[]) => execFileSync('openssl', args, { maxBuffer: 64 << 20 })

describe('a package', () => {
  test('is opened by openssl with the recipient’s key, and its label verified with the sender’s', async () => {
    const { ours, names, sender, receiver } = await twoOffices()
    const bytes = Buffer.from('<edXML>Suối Ngọc</edXML>')
    await sender.transport.send(packetOf(bytes))
    const [name = ''] = names()
    const at = (file: string) => join(dir, file)
    const pem = (der: Uint8Array) => new X509Certificate(der).toString()
    const { encryption } = receiver.keys
    writeFileSync(at('recipient.pem'), pem(encryption.certificate))
    writeFileSync(at('recipient.key'), encryption.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(at('sender.pem'), pem(sender.keys.packages.certificate))
    const plain = openssl(
      ...['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', join(ours, name)],
      ...['-recip', at('recipient.pem'), '-inkey', at('recipient.key')],
    )
    // SEQUENCE with a length in two octets: the signature in front.
    expect([plain[0], plain[1]]).toEqual([0x30, 0x82])
    const end = 4 + plain.readUInt16BE(2)
    writeFileSync(at('label.der'), plain.subarray(0, end))
    const label = openssl(
      ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('label.der')],
      ...['-CAfile', at('sender.pem'), '-purpose', 'any'],
    )
    expect(JSON.parse(label.toString())).toMatchObject({
      format: 'vanthu-package',
      kind: 'edoc',
      from: SENDER.organId,
      to: RECEIVER.organId,
      sha256: sha256Of(bytes),
      sizeBytes: bytes.length,
    })
    expect(plain.subarray(end, end + bytes.length).equals(bytes)).toBe(true)
    expect(plain.subarray(end + bytes.length).every((byte) => byte === 0)).toBe(true)
    expect(plain.length).toBe(16_384)
  })

  test('has a size that tells little, at a price of an eighth at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 160_000_000 }), (size) => {
        const padded = paddedBytes(size)
        expect(padded).toBeGreaterThanOrEqual(size)
        expect(padded).toBeLessThanOrEqual(Math.max(16_384, size * 1.12))
        expect(paddedBytes(padded)).toBe(padded)
      }),
    )
    const sizes = new Set(Array.from({ length: 1_000_000 }, (_, size) => paddedBytes(size)))
    expect(sizes.size).toBeLessThan(200)
  })

  test('comes to the one it is for, and goes from the folder when that one has it', async () => {
    const { names, sender, receiver } = await twoOffices()
    const sent = packet('một')
    const { packetId } = await sender.transport.send(sent)
    expect(packetId).toBe(sent.sha256)
    expect(await sender.transport.list()).toEqual([])
    const [listed] = await receiver.transport.list()
    expect(listed).toMatchObject({
      kind: 'edoc',
      from: SENDER.organId,
      sha256: sent.sha256,
      sizeBytes: sent.sizeBytes,
    })
    expect(sha256Of(await collected(receiver.transport.fetch(listed?.packetId ?? '')))).toBe(sent.sha256)
    expect(names()).toHaveLength(1)
    await receiver.transport.acknowledge(listed?.packetId ?? '', 'done')
    expect(names()).toEqual([])
  })
})

describe('whoever carries the folder', () => {
  test('may copy, rename, cut, change and mix packages as he likes: each packet comes once and right', async () => {
    const [sending, receiving] = [office(SENDER), office(RECEIVER)]
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            which: fc.nat({ max: 3 }),
            how: fc.constantFrom('copy', 'rename', 'cut', 'flip'),
            at: fc.double({ min: 0, max: 1, noNaN: true }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
        async (deeds, takenBetween) => {
          const { ours, names, sender, receiver } = await twoOffices(sending, receiving)
          const packets = ['một', 'hai', 'ba', 'bốn'].map((text) => packet(text, 3_000))
          for (const one of packets) await sender.transport.send(one)
          const whole = names().map((name) => readFileSync(join(ours, name)))
          for (const name of names()) rmSync(join(ours, name))
          const taken: [string, string][] = []
          const take = async () => {
            for (const [id, bytes] of await receiver.takeAll()) taken.push([id, sha256Of(bytes)])
          }
          for (const [index, { which, how, at }] of deeds.entries()) {
            const bytes = Buffer.from(whole[which] ?? [])
            const place = Math.min(bytes.length - 1, Math.floor(at * bytes.length))
            if (how === 'flip') bytes[place] = (bytes[place] ?? 0) ^ 0x10
            const name = how === 'rename' ? `bản sao ${String(index)}.vtgoi` : `${String(index)}.vtgoi`
            writeFileSync(join(ours, name), how === 'cut' ? bytes.subarray(0, place) : bytes)
            if (takenBetween.includes(index)) await take()
          }
          await take()
          // At last somebody carries all of them whole.
          for (const [index, bytes] of whole.entries())
            writeFileSync(join(ours, `het-${String(index)}.vtgoi`), bytes)
          await take()
          const ids = new Map(taken)
          // Whatever came was the packet that it says it is, and the same package bears the same id each time.
          expect(new Set(taken.map((pair) => pair.join())).size).toBe(ids.size)
          expect([...ids.values()].sort()).toEqual(packets.map(({ sha256 }) => sha256).sort())
          // Nothing whole is left, and what is broken was not touched.
          expect(await receiver.transport.list()).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  }, 120_000)

  test('cannot make a receiver take what is not for him, or of somebody else, and nothing of it is touched', async () => {
    const { ours, sender, receiver } = await twoOffices()
    const bytes = Buffer.from('<edXML/>')
    const label: PackageLabel = {
      kind: 'edoc',
      from: SENDER.organId,
      to: RECEIVER.organId,
      sha256: sha256Of(bytes),
      sizeBytes: bytes.length,
    }
    const recipient = parseCertificate(receiver.keys.encryption.certificate)
    const write = async (name: string, said: Partial<PackageLabel>, sealer: Sealer, at = NOW) => {
      const sealed = sealPackage({ ...label, ...said }, sealer, recipient, new Date(at)).sealed(
        oneChunk(bytes),
      )
      writeFileSync(join(ours, `${name}.vtgoi`), await collected(sealed))
    }
    const ofSender = sender.keys.sealer
    const ofThird = keysOf(THIRD).sealer
    await write('good', {}, ofSender)
    // Opened and sealed again by a former recipient.
    await write('misaddressed', { to: THIRD.organId }, ofSender)
    await write('signed-by-another', {}, { ...ofThird, statement: ofSender.statement })
    await write('another-in-its-name', {}, ofThird)
    await write('nobody-vouches', {}, keysOf(SENDER, stranger).sealer)
    await write('from-the-future', {}, ofSender, NOW + 3 * DAY)
    await write('another-packet-inside', { sha256: sha256Of(Buffer.from('x')) }, ofSender)
    writeFileSync(join(ours, 'no-package.vtgoi'), 'Chào')
    writeFileSync(join(ours, 'empty.vtgoi'), '')
    writeFileSync(join(ours, 'huge.vtgoi'), '')
    truncateSync(join(ours, 'huge.vtgoi'), 40_000_000_000)
    writeFileSync(join(ours, 'Gui-H99.07-x.vtgoi.dang-ghi'), readFileSync(join(ours, 'good.vtgoi')))
    mkdirSync(join(ours, 'folder.vtgoi'))
    symlinkSync('/etc/passwd', join(ours, 'link.vtgoi'))
    symlinkSync(join(ours, 'good.vtgoi'), join(ours, 'inner-link.vtgoi'))
    execFileSync('mkfifo', [join(ours, 'pipe.vtgoi')])
    const small = readdirSync(ours, { withFileTypes: true })
      .filter((one) => one.isFile() && one.name !== 'huge.vtgoi' && one.name !== 'good.vtgoi')
      .map(({ name }) => name)
    const state = () => small.map((name) => sha256Of(readFileSync(join(ours, name))))
    const before = state()

    const listed = await receiver.transport.list()
    expect(listed.map(({ sha256 }) => sha256).sort()).toEqual(
      [sha256Of(bytes), sha256Of(Buffer.from('x'))].sort(),
    )
    expect((await receiver.takeAll()).size).toBe(1)
    const strange = receiver.transport.strangeFiles().map(({ name, code }) => [name, code])
    expect(Object.fromEntries(strange)).toEqual({
      'misaddressed.vtgoi': 'package/misaddressed',
      'signed-by-another.vtgoi': 'package/unproven',
      'another-in-its-name.vtgoi': 'package/unproven',
      'nobody-vouches.vtgoi': 'package/unproven',
      'from-the-future.vtgoi': 'package/unproven',
      'another-packet-inside.vtgoi': 'package/broken',
      'no-package.vtgoi': 'package/unreadable',
      'empty.vtgoi': 'package/broken',
    })
    expect(state()).toEqual(before)
    expect(readdirSync(ours)).toContain('link.vtgoi')
  })

  test('cannot bring an agency’s code to another key: a card is believed by its signature', async () => {
    const { folder, sender } = await twoOffices()
    const cards = join(folder, 'VanThu', 'co-quan')
    const { statement } = keysOf({ ...RECEIVER, organId: 'H99.77' }, stranger)
    writeFileSync(join(cards, 'H99.77.vtkhoa'), statement)
    writeFileSync(join(cards, 'rác.vtkhoa'), 'không phải khóa')
    await sender.transport.list()
    expect(sender.store.directory.byIds(['H99.77'])).toEqual([])
    expect(sender.store.directory.byIds([RECEIVER.organId])).toHaveLength(1)
  })
})

describe('sending', () => {
  test('writes nothing where a recipient has no key, and says which', async () => {
    const { names, sender } = await twoOffices()
    sender.store.directory.upsert([THIRD])
    const sending = sender.transport.send({ ...packet('x'), recipients: [RECEIVER.organId, THIRD.organId] })
    await expect(sending).rejects.toMatchObject({ code: 'hub/recipient-keyless', detail: THIRD.name })
    expect(names()).toEqual([])
  })

  test('gives each recipient a package, and the same ones again when it is sent again', async () => {
    const { folder, names, sender } = await twoOffices()
    const third = officeAt(folder, THIRD)
    await third.transport.list()
    await sender.transport.list()
    const both = { ...packet('x'), recipients: [RECEIVER.organId, THIRD.organId] }
    await sender.transport.send(both)
    const first = names()
    expect(first).toHaveLength(2)
    await sender.transport.send(both)
    expect(names()).toEqual(first)
    expect((await third.takeAll()).size).toBe(1)
    const query = { ...both, documentId: 'x', notation: '1/x' }
    expect(await sender.transport.lookup({ ...query, recipients: [RECEIVER.organId] })).toMatchObject({
      sha256: both.sha256,
    })
    // One of them was taken already: all are written once more, and nobody takes one twice.
    expect(await sender.transport.lookup(query)).toBeUndefined()
  })

  test('is undone where the stick is pulled while it is written', async () => {
    const { folder, ours, names, sender } = await twoOffices()
    const bytes = Buffer.alloc(3_000_000, 7)
    const pulled = {
      ...packetOf(bytes),
      async *open() {
        yield bytes.subarray(0, 1_000_000)
        rmSync(ours, { recursive: true })
        yield await Promise.resolve(bytes.subarray(1_000_000))
      },
    }
    await expect(sender.transport.send(pulled)).rejects.toMatchObject({ code: 'hub/folder-missing' })
    await expect(sender.transport.list()).rejects.toMatchObject({ code: 'hub/folder-missing' })
    await expect(sender.transport.send(packetOf(bytes))).rejects.toMatchObject({ code: 'hub/folder-missing' })
    await exchangeFolder(folder).prepare()
    expect(names()).toEqual([])
  })

  test('does not know how it ended where only some packages got their names', async () => {
    const { folder, ours, names, sender } = await twoOffices()
    await officeAt(folder, THIRD).transport.list()
    await sender.transport.list()
    const both = { ...packet('x'), recipients: [RECEIVER.organId, THIRD.organId] }
    await sender.transport.send(both)
    const second = names().find((name) => name.includes(THIRD.organId)) ?? ''
    for (const name of names()) rmSync(join(ours, name))
    mkdirSync(join(ours, second, 'in the way'), { recursive: true })
    await expect(sender.transport.send(both)).rejects.toMatchObject({ code: 'hub/outcome-unknown' })
    expect(readdirSync(ours).filter((name) => name.endsWith('.dang-ghi'))).toEqual([])
    expect(await sender.transport.lookup({ ...both, documentId: 'x', notation: '1/x' })).toBeUndefined()
  })

  test('follows no link that somebody put where it writes', async () => {
    const { ours, names, sender } = await twoOffices()
    await sender.transport.send(packet('x'))
    const [name = ''] = names()
    const victim = join(dir, 'victim')
    writeFileSync(victim, 'của người khác')
    rmSync(join(ours, name))
    symlinkSync(victim, join(ours, name))
    symlinkSync(victim, join(ours, `${name}.dang-ghi`))
    await sender.transport.send(packet('x'))
    expect(readFileSync(victim, 'utf8')).toBe('của người khác')
    expect(names()).toEqual([name])
  })

  test.runIf(process.getuid?.() !== 0)('says that the folder is locked', async () => {
    const { ours, sender } = await twoOffices()
    chmodSync(ours, 0o500)
    await expect(sender.transport.send(packet('x'))).rejects.toMatchObject({ code: 'hub/folder-locked' })
    chmodSync(ours, 0o700)
  })
})
