import { expect, test } from 'vitest'
import {
  agencyChecks,
  certificateChecks,
  recoveryChecks,
  tokenChecks,
} from '../../src/renderer/lib/step-checks.ts'
import { createKey } from '../../src/engine/store/keys.ts'
import type { CertificateSummary, TokenSummary } from '../../src/shared/ipc/contract.ts'

const NOW = Date.UTC(2026, 10, 27)
const DAY_MS = 86_400_000

const states = (checks: readonly { readonly state: string }[]) => checks.map(({ state }) => state)

test.each([
  ['', 'waiting'],
  ['H99.88.01', 'good'],
  ['000.00.01.H99', 'good'],
  ['xa-suoi-ngoc', 'warning'],
  ['xã Suối Ngọc', 'failed'],
])('the form of the code %j is %s', (organId, state) => {
  const draft = { organId, name: 'UBND xã Suối Ngọc', clerkName: 'Lê Thị Thử' }
  expect(states(agencyChecks(draft))).toEqual([state, 'good'])
})

test('what is needed of the agency is named while it is missing', () => {
  const [, needed] = agencyChecks({ organId: '', name: '', clerkName: '' })
  expect(needed).toMatchObject({ state: 'waiting', found: 'còn thiếu Tên cơ quan, Họ tên văn thư.' })
})

function certificate(more: Partial<CertificateSummary>): CertificateSummary {
  return {
    sha256: 'a'.repeat(64) as CertificateSummary['sha256'],
    name: 'Nguyễn Văn Mẫu',
    issuer: 'CA thử nghiệm',
    kind: 'person',
    notBefore: NOW - DAY_MS,
    notAfter: NOW + 365 * DAY_MS,
    usable: true,
    ...more,
  }
}

function tokenWith(...certificates: CertificateSummary[]): TokenSummary {
  const pin = { minLength: 4, maxLength: 32, countLow: false, finalTry: false, locked: false, pinPad: false }
  return { serial: '1', label: 'Token A', manufacturer: '', model: '', software: false, pin, certificates }
}

test('a driver that shows no token is told from one that does not load', () => {
  const path = '/usr/lib/libtoken.so'
  const drivers = [{ path, name: 'libtoken', usable: true }]
  const failed = { code: 'sign/module-failed', incident: '' } as const
  expect(states(tokenChecks(drivers, { status: 'none' }))).toEqual(['waiting', 'waiting'])
  expect(states(tokenChecks(drivers, { status: 'loading' }))).toEqual(['running', 'waiting'])
  expect(states(tokenChecks(drivers, { status: 'failed', error: failed }))).toEqual(['failed', 'waiting'])
  expect(states(tokenChecks(drivers, { status: 'ready', value: [] }))).toEqual(['good', 'warning'])
  const [, token] = tokenChecks(drivers, { status: 'ready', value: [tokenWith()] })
  expect(token).toMatchObject({ state: 'good', found: 'đọc được Token A.' })
})

test.each<[string, Partial<CertificateSummary>, string, RegExp]>([
  ['its name, however it is spelt', { name: 'UBND XÃ SUỐI NGỌC', kind: 'agency' }, 'good', /còn hạn đến/],
  ['another name', { name: 'UBND xã Khác', kind: 'agency' }, 'warning', /khác tên cơ quan/],
  ['no known kind', { name: 'UBND xã Suối Ngọc', kind: 'unknown' }, 'warning', /Không rõ/],
  [
    'an end that is near',
    { name: 'UBND xã Suối Ngọc', kind: 'agency', notAfter: NOW + 10 * DAY_MS },
    'warning',
    /Hết hạn ngày/,
  ],
  [
    'an end that has passed',
    { name: 'UBND xã Suối Ngọc', kind: 'agency', problem: 'expired' },
    'failed',
    /hết hạn/i,
  ],
])('the certificate of an agency with %s', (_what, more, state, found) => {
  const own = certificate({ ...more, sha256: 'b'.repeat(64) as CertificateSummary['sha256'] })
  const chosen = { agency: { tokenSerial: '1', certificateSha256: own.sha256 } }
  const [person, agency] = certificateChecks([tokenWith(own)], chosen, 'UBND xã Suối Ngọc', NOW)
  expect(person?.state).toBe('waiting')
  expect(agency?.state).toBe(state)
  expect(agency?.found).toMatch(found)
})

test('the code typed back is followed group by group, as a person may write it', () => {
  const { recoveryCode } = createKey()
  const groups = recoveryCode.split('-')
  const check = (typed: string) => recoveryChecks(recoveryCode, typed)[0]
  expect(check('')).toMatchObject({ state: 'waiting' })
  expect(check(groups.slice(0, 2).join(' ').toLowerCase())).toMatchObject({
    state: 'waiting',
    found: 'đúng 2 trong 9 nhóm.',
  })
  expect(check(groups.join(' ').toLowerCase())).toMatchObject({ state: 'good' })
  const other = groups[0]?.startsWith('A') === true ? 'B' : 'A'
  expect(check(`${other}${recoveryCode.slice(1)}`)).toMatchObject({ state: 'failed' })
})
