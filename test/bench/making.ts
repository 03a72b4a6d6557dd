/** Makes an office of many documents: built by scripts/bench.mjs, started by start.ts. */
import { rmSync } from 'node:fs'
import { createKey, createStore, writeKeyFile } from '../../src/engine/store/index.ts'
import { fillOffice } from '../helpers/many-documents.ts'
import type { MakingJob } from './making-job.ts'
import { FIRST_DAY, LAST_DAY, SEED } from './search-typed.ts'

const AGENCY = {
  organId: 'H99.88.01',
  name: 'UBND xã Suối Ngọc',
  parentName: 'UBND tỉnh Thanh Vân',
  address: '',
  email: '',
  telephone: '',
}

const { dir, documents, bodyWords, only } = JSON.parse(process.argv[2] ?? '{}') as MakingJob // written by start.ts
rmSync(dir, { recursive: true, force: true })
const { masterKey, recoveryCode } = createKey()
// As the key store that window/probe.cjs plays gives it back.
const osWrapped = Buffer.from(Buffer.from(masterKey).toString('base64'))
await writeKeyFile(dir, { masterKey, recoveryCode, osWrapped })
const store = createStore({ dir, masterKey, now: () => LAST_DAY }, ({ settings, history }) => {
  settings.set('agency', AGENCY)
  settings.set('clerkName', 'Nguyễn Thị Lan')
  history.append({ at: FIRST_DAY, subjectKind: 'office', subjectId: AGENCY.organId, event: 'create' })
})
fillOffice(store, {
  count: documents,
  seed: SEED,
  bodyWords,
  from: FIRST_DAY,
  until: LAST_DAY,
  ...(only === undefined ? {} : { only }),
})
store.close()
