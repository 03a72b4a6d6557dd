import { z } from 'zod'

/** A column that may be NULL; the row then has `undefined`. */
export function maybe<T extends z.ZodType>(type: T) {
  return type.nullable().transform((value): z.output<T> | undefined => value ?? undefined)
}

/** A column of 0 and 1. */
export const flag = z.union([z.literal(0), z.literal(1)]).transform((bit) => bit === 1)

/** A column that holds JSON text of the given shape. */
export function json<T extends z.ZodType>(type: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(type)
}

/** A single number, such as a count. */
export const numberRow = z.object({ value: z.number() })

/** What a column takes for a value that may be missing. */
export function orNull<T>(value: T | undefined): T | null {
  return value ?? null
}
