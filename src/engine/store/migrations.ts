import { migrationsFrom, type Migration } from './migrate.ts'

/** The migrations this version knows. Adding `migrations/0002-what.sql` is the whole registration. */
export const MIGRATIONS: readonly Migration[] = migrationsFrom(
  import.meta.glob<string>('./migrations/*.sql', { query: '?raw', import: 'default', eager: true }),
)
