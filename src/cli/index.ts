#!/usr/bin/env node
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSignerProcess } from '../engine/signing/signer-process.ts'
import { AppError, codeOf, type ErrorCode } from '../shared/errors.ts'
import { failureWords } from '../shared/failure.vi.ts'
import { UsageError } from './arguments.ts'
import { print, printError } from './print.ts'
import { COMMAND_USAGE, isCommandName, USAGE, type CommandName } from './usage.vi.ts'

/**
 * `vanthu`: the engine for support staff, scripts and tests, under plain Node. Exit code 0 good, 1 a bad
 * verdict or a refusal, 2 wrong usage or nothing that could be read.
 */

/** The folder of the built program. */
const PROGRAM_DIR = dirname(fileURLToPath(import.meta.url))

/**
 * One command: the words after its name, and the folder of the built program; the exit code comes back.
 * Each is loaded when asked for, so that judging a PDF needs no database and no token driver.
 */
type Command = (words: readonly string[], programDir: string) => Promise<number>

const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  verify: async () => (await import('./verify.ts')).verify,
  sign: async () => {
    // Before anything else: it starts while the rest of this program is loaded, which takes as long.
    const started = startSignerProcess(join(PROGRAM_DIR, 'signer.js'))
    const { sign } = await import('./sign.ts')
    return (words, programDir) => sign(words, programDir, started)
  },
  'edxml check': async () => (await import('./edxml.ts')).checkPacket,
  hub: async () => (await import('./hub.ts')).hub,
  'hub check': async () => (await import('./hub-check.ts')).checkConnection,
  'evidence check': async () => (await import('./evidence.ts')).checkEvidenceFile,
  'store check': async () => (await import('./store.ts')).checkStore,
}

/** What could not even be begun; every other failure is a refusal. */
const NOTHING_READ: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'app/unexpected',
  'pdf/unreadable',
  'certificate/unreadable',
  'sign/module-missing',
  'office/recovery-code-wrong',
  'store/in-use',
  'store/file-missing',
  'store/wrong-key',
  'store/newer-than-app',
  'backup/damaged',
])

async function run(words: readonly string[]): Promise<number> {
  const [first, second] = words
  if (first === undefined) {
    printError(USAGE)
    return 2
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    print(USAGE)
    return 0
  }
  const two = `${first} ${second ?? ''}`
  const name = isCommandName(two) ? two : isCommandName(first) ? first : undefined
  if (name === undefined) {
    if (second === '--help' && (first === 'edxml' || first === 'store' || first === 'evidence')) {
      print(COMMAND_USAGE[`${first} check`])
      return 0
    }
    throw new UsageError(`Không có lệnh “${first}”.`)
  }
  const rest = words.slice(name === two ? 2 : 1)
  if (rest.includes('--help') || rest.includes('-h')) {
    print(COMMAND_USAGE[name])
    return 0
  }
  const command = await COMMANDS[name]()
  return command(rest, PROGRAM_DIR)
}

function explain(cause: unknown): number {
  if (cause instanceof UsageError) {
    printError(cause.message)
    printError('Xem cách dùng: vanthu --help')
    return 2
  }
  const code = codeOf(cause)
  const { title, hint, hop } = failureWords({ code })
  printError([`${title}.`, hint, hop].join(' ').trim())
  const detail = cause instanceof AppError ? cause.detail : undefined
  printError(`Mã lỗi: ${code}${detail === undefined ? '' : ` (${detail})`}`)
  if (!(cause instanceof AppError)) printError(cause instanceof Error ? (cause.stack ?? '') : String(cause))
  return NOTHING_READ.has(code) ? 2 : 1
}

// The code is set, not forced: what was printed into a pipe must still get out.
process.exitCode = await run(process.argv.slice(2)).catch(explain)
