/** Signs a file with a CMS of zeros and prints the peak of its resident memory in bytes: run by sign.test.ts. */
import { readFileSync } from 'node:fs'
import { preparePdfSignature } from '../../src/engine/pdf/incremental.ts'
import { openPdfFile, writePdf } from '../../src/engine/pdf/source.ts'

const [, , input, output] = process.argv
if (input === undefined || output === undefined) throw new Error('two paths are needed')
const source = await openPdfFile(input)
const prepared = await preparePdfSignature(source, { signedAt: new Date(0) })
await prepared.digest('sha256')
await writePdf(prepared.signed(new Uint8Array(2000)), output)
await source.close()
// Not process.resourceUsage(): its peak includes that of the parent before the exec.
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
process.stdout.write(String(Number(peak) * 1024))
