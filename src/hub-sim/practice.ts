import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PRACTICE_PIN, PRACTICE_SIDES, type PracticeOutfit, type PracticePart } from '../shared/practice.ts'
import { makeSoftwarePki, pkcs12File, type SoftwarePki } from './software-pki.ts'

/**
 * Makes a practice, unless the folder holds one: who takes part, with secrets nobody else knows, and for each
 * side its token and its outfit. The certificates come from a root made here and now, whose key is kept
 * nowhere: nobody can ever issue another one.
 *
 * @param folder of the practice
 * @returns the folder in it that is the hub's own
 */
export function preparePractice(folder: string): string {
  const hub = join(folder, 'hub')
  const offices = join(hub, 'offices.json')
  if (existsSync(offices)) return hub
  mkdirSync(hub, { recursive: true, mode: 0o700 })
  const pki = makeSoftwarePki('tập dùng')
  const listed = (['office', 'correspondent'] as const).map((part) => {
    const { agency } = PRACTICE_SIDES[part]
    const secret = randomBytes(24).toString('base64url')
    const tokenPath = join(folder, `token-${part}.p12`)
    writeFileSync(tokenPath, tokenOf(part, pki), { mode: 0o600 })
    keep(join(folder, `${part}.json`), {
      systemId: agency.organId,
      secret,
      tokenPath,
      root: Buffer.from(pki.root.der).toString('base64'),
    } satisfies PracticeOutfit)
    return { systemId: agency.organId, secret, ...agency }
  })
  // Last: with this file the practice is whole.
  keep(offices, listed)
  return hub
}

function tokenOf(part: PracticePart, pki: SoftwarePki): Buffer {
  const { agency, signerName, signerPosition } = PRACTICE_SIDES[part]
  const person = `/C=VN/L=Thanh Vân/O=${agency.name}/title=${signerPosition}/CN=${signerName}`
  return pkcs12File({
    password: PRACTICE_PIN,
    chain: [pki.issuing],
    holders: [
      { name: signerName, certificate: pki.issue(person) },
      {
        name: agency.name,
        certificate: pki.issue(`/C=VN/L=Thanh Vân/O=${agency.parentName}/CN=${agency.name}`),
      },
    ],
  })
}

function keep(path: string, value: unknown): void {
  writeFileSync(`${path}.part`, JSON.stringify(value, undefined, 2), { mode: 0o600 })
  renameSync(`${path}.part`, path)
}
