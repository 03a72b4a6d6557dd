import { stat } from 'node:fs/promises'
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { AppError } from '../shared/errors.ts'

/** The command was not typed as its usage says. The message is Vietnamese, for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The options of commands that ask authorities. */
export const AUTHORITY_OPTIONS = {
  trust: { type: 'string' },
  host: { type: 'string', multiple: true },
} as const

/**
 * The words after a command's name, parsed.
 *
 * @param names what each word without a dash is called in the usage, such as FILE; all are needed
 * @throws {UsageError} for an option that is unknown, incomplete, or a word too few or too many
 */
export function readWords<const O extends ParseArgsOptionsConfig, const N extends readonly string[]>(
  words: readonly string[],
  options: O,
  names: N,
) {
  const { values, positionals } = readOptions(words, options)
  return { values, place: placesOf(positionals, names) }
}

/** What stands at each of the named places. @throws {UsageError} for a word too few or too many */
export function placesOf<const N extends readonly string[]>(
  positionals: readonly string[],
  names: N,
): (name: N[number]) => string {
  if (positionals.length > names.length) {
    throw new UsageError(`Thừa tham số “${positionals[names.length] ?? ''}”.`)
  }
  return (name) => {
    const value = positionals[names.indexOf(name)]
    if (value === undefined || value === '') throw new UsageError(`Thiếu ${name}.`)
    return value
  }
}

/** As {@link readWords}, for a command whose options say what its other words are. @throws {UsageError} */
export function readOptions<const O extends ParseArgsOptionsConfig>(words: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (cause) {
    if (!(cause instanceof TypeError) || !('code' in cause)) throw cause
    // Only the name is repeated: what follows it may be a secret typed in the wrong place.
    const name = /'(?:-\w, )?(--?[\w-]+)/.exec(cause.message)?.[1] ?? ''
    throw new UsageError(
      cause.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? `Không có tùy chọn “${name}”.`
        : `Tùy chọn “${name}” thiếu giá trị hoặc sai cách viết.`,
      { cause },
    )
  }
}

/** The value of an option that must be there. @throws {UsageError} */
export function needed(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`Thiếu tùy chọn ${name}.`)
  return value
}

/** An option's value in millimetres. @throws {UsageError} */
export function millimetres(value: string, name: string): number {
  if (!/^\d{1,4}(?:[.,]\d{1,2})?$/.test(value)) {
    throw new UsageError(`Giá trị của ${name} phải là số milimét, ví dụ 25 hoặc 12,5.`)
  }
  return Number(value.replace(',', '.'))
}

/** A secret out of the environment variable that an option names. @throws {UsageError} */
export function secretFrom(variable: string): string {
  const secret = process.env[variable]
  if (secret === undefined || secret === '') {
    throw new UsageError(`Biến môi trường “${variable}” không có hoặc rỗng.`)
  }
  return secret
}

/** @throws {AppError} `pdf/unreadable` unless the path leads to a file; a folder can be opened, but not read */
export async function needFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('pdf/unreadable', 'the file cannot be found', { cause, detail: path })
  })
  if (!found.isFile()) throw new AppError('pdf/unreadable', 'not a file', { detail: path })
}
