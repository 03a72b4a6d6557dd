import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { findBackups, type FoundBackup } from '../engine/store/backup.ts'
import {
  hasStore,
  openStore,
  readKeyFile,
  unwrapWithRecoveryCode,
  type StoreReport,
} from '../engine/store/index.ts'
import { checkBackup } from '../engine/store/restore.ts'
import { AppError } from '../shared/errors.ts'
import { ERROR_TEXT } from '../shared/errors.vi.ts'
import { readWords, secretFrom, UsageError } from './arguments.ts'
import { plain } from '../shared/plain.ts'
import { print } from './print.ts'

/**
 * `vanthu store check`: reads everything an office keeps, in its profile or in its newest backup. The recovery code
 * is never an argument.
 */
export async function checkStore(words: readonly string[]): Promise<number> {
  const { values, place } = readWords(words, { 'code-env': { type: 'string' } } as const, ['DIR'])
  const dir = place('DIR')
  const backup = hasStore(dir) ? undefined : await newestBackup(dir)
  const keyFile = hasStore(dir) || backup !== undefined ? await readKeyFile(backup?.home ?? dir) : undefined
  if (keyFile === undefined) {
    throw new AppError('store/file-missing', 'no store.db or no key.json there', { detail: dir })
  }
  const nativeBinding = sqliteBinding()
  const variable = values['code-env']
  const recoveryCode = variable === undefined ? await askedFor('Mã khôi phục: ') : secretFrom(variable)
  const masterKey = await unwrapWithRecoveryCode(keyFile, recoveryCode)
  try {
    const { historyLines, files, problems } =
      backup === undefined
        ? await checkProfile(dir, masterKey, nativeBinding)
        : await checkCopy(backup, masterKey, nativeBinding)
    print(
      backup === undefined
        ? `Kho văn bản: ${plain(dir)}`
        : `Bản sao lưu: ${plain(backup.name)}, ${plain(backup.manifest.agencyName)}`,
    )
    print(`Lịch sử: ${String(historyLines)} dòng. Tệp: ${String(files)}.`)
    if (problems.length === 0) {
      print('Kết luận: NGUYÊN VẸN')
      return 0
    }
    print('Kết luận: CÓ CHỖ HỎNG')
    for (const { code, about } of problems) print(`  ${ERROR_TEXT[code].title}: ${plain(about)} (${code})`)
    return 1
  } finally {
    masterKey.fill(0)
  }
}

async function checkProfile(
  dir: string,
  masterKey: Uint8Array,
  nativeBinding: string | undefined,
): Promise<StoreReport> {
  const store = openStore({ dir, masterKey, now: Date.now, nativeBinding })
  try {
    return await store.check()
  } finally {
    store.close()
  }
}

/** In a folder of our own on this machine: a backup is read and nothing is written to it. */
async function checkCopy(
  backup: FoundBackup,
  masterKey: Uint8Array,
  nativeBinding: string | undefined,
): Promise<StoreReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'vanthu-check-'))
  try {
    return await checkBackup(backup, {
      masterKey,
      scratch: join(scratch, 'store'),
      now: Date.now,
      nativeBinding,
      signal: new AbortController().signal,
      onFile: () => undefined,
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function newestBackup(dir: string): Promise<FoundBackup | undefined> {
  try {
    return (await findBackups(dir))[0]
  } catch (cause) {
    if (cause instanceof AppError) return undefined
    throw cause
  }
}

/**
 * The SQLite add-on for this Node. The one that is shipped ends a Node older than Node-API 10 with a
 * segmentation fault, so it is not even tried there.
 */
function sqliteBinding(): string | undefined {
  if (Number(process.versions['napi'] ?? '0') >= 10) return undefined
  const compiled = process.env['VANTHU_SQLITE_BINDING']
  if (compiled === undefined || compiled === '') {
    throw new UsageError('Lệnh này cần Node 22.14 trở lên; hãy chạy bằng “npx vanthu” trong thư mục dự án.')
  }
  return compiled
}

/** A secret typed at the terminal, not shown. @throws {UsageError} when nobody sits there */
function askedFor(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError('Cần mã khôi phục: đặt vào biến môi trường và nêu tên biến bằng --code-env.')
  }
  const silence = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true, historySize: 0 })
  // Asked only now: the terminal has stopped showing what is typed.
  process.stderr.write(question)
  return new Promise((resolve, reject) => {
    terminal.once('line', (line) => {
      resolve(line)
      terminal.close()
    })
    // After Enter the promise is settled, and this says nothing.
    terminal.once('close', () => {
      process.stderr.write('\n')
      reject(new UsageError('Chưa nhập mã khôi phục.'))
    })
  })
}
