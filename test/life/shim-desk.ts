import { writeFileSync } from 'node:fs'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  SENDER,
  type Desk,
  type NewOffice,
  type OfficeTokens,
  type TestOffice,
  hasDirectory,
} from '../helpers/office.ts'
import { OFFICES, startHubProcess } from '../hub/hub-process.ts'
import { makeFaultShim, type FaultShim } from '../native/fault-shim.ts'
import { ghostscriptPdf, workFolder } from '../pdf/samples.ts'

/** Offices of one sender, whose tokens are reached through a module that fails on demand. */
export interface ShimDesk extends Desk {
  readonly shim: FaultShim
  /** An office whose tokens are reached through another module. */
  optionsOf(name: string, modulePath: string, env: Readonly<Record<string, string>>): NewOffice
  /** A new office before the shim, with the hub's directory at hand. */
  office(name: string): Promise<TestOffice>
  newOffice(options: NewOffice): Promise<TestOffice>
  /** A document that waits for the authorised person. */
  frozen(office: TestOffice): Promise<OutgoingDetail>
  /** So many of them. */
  frozenIds(office: TestOffice, count: number): Promise<DocumentId[]>
  clear(): Promise<void>
}

/** Makes tokens, shim, hub and a PDF, once for a test file. */
export async function makeShimDesk(): Promise<ShimDesk> {
  const desk = makeDesk()
  const folder = workFolder()
  const hub = await startHubProcess()
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  const shim = makeFaultShim(desk.path('shim'), desk.sender.hsm)

  function optionsOf(name: string, modulePath: string, env: Readonly<Record<string, string>>): NewOffice {
    const { hsm } = desk.sender
    const tokens: OfficeTokens = { ...desk.sender, hsm: { ...hsm, modulePath, env: { ...hsm.env, ...env } } }
    return {
      dir: desk.path(name),
      agency: SENDER,
      tokens,
      hubUrl: `${hub.url}/vxp`,
      secret: OFFICES[0].secret,
      root: desk.pki.root.certificatePem,
    }
  }

  async function newOffice(options: NewOffice): Promise<TestOffice> {
    const office = await makeOffice(options)
    await hasDirectory(office)
    return office
  }

  async function frozen(office: TestOffice): Promise<OutgoingDetail> {
    const { id, revision } = await draftWith(office.call, pdf)
    return office.call('outgoing.freeze', { id, revision })
  }

  return {
    ...desk,
    shim,
    optionsOf,
    newOffice,
    office: (name) => newOffice(optionsOf(name, shim.modulePath, shim.env)),
    frozen,
    async frozenIds(office, count) {
      const ids: DocumentId[] = []
      while (ids.length < count) ids.push((await frozen(office)).id)
      return ids
    },
    async clear() {
      await hub.remove()
      folder.remove()
      desk.remove()
    },
  }
}
