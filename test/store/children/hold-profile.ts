/** Has a profile open, in the middle of a transaction, until it is killed. */
import { join } from 'node:path'
import { openDatabase } from '../../../src/engine/store/database.ts'
import { storeKeys } from '../../../src/engine/store/keys.ts'
import { lockProfile } from '../../../src/engine/store/profile-lock.ts'

const [dir = ''] = process.argv.slice(2)
lockProfile(dir)
const key = storeKeys(new Uint8Array(32).fill(7)).database
const db = openDatabase({ path: join(dir, 'store.db'), key })
const write = (name: string) => {
  db.exec(`INSERT INTO setting (name, value, changed_at) VALUES ('${name}', '"Ánh"', 1)`)
}
write('clerkName')
db.exec('BEGIN IMMEDIATE')
write('half')
process.stdout.write('here\n')
setInterval(() => undefined, 1_000)
