import { z } from 'zod'

/**
 * Every "something changed" that a window hears. A topic carries no data: the window asks again, so there
 * is no second copy of the truth to keep in step.
 *
 * - `office`: created, unlocked, or its settings changed
 * - `outgoing`, `incoming`: a document or its job moved
 * - `line`: the line came or went, a sync ended, bytes of a sending moved
 * - `connection`: a step of the check of the connection began or ended
 * - `token`: a token or the signer process came or went
 * - `directory`: agencies changed
 * - `update`: a new version was found, loaded or refused
 * - `appearance`: the picture of a signature or a seal was kept or removed
 * - `people`: somebody came to work or left, or what is known of the people changed
 * - `backup`: a backup, a check of one or a restore began, moved on or ended
 * - `search`: more can be found than before, or a saved search changed
 * - `encryption`: a key for encryption was made or learnt, or what the office wants of them changed
 * - `wanted`: something was asked for outside the window, or how it is told there changed
 * - `engine`: the engine was started again; ask for everything
 */
export const topic = z.enum([
  'office',
  'outgoing',
  'incoming',
  'line',
  'connection',
  'token',
  'directory',
  'update',
  'appearance',
  'people',
  'backup',
  'search',
  'encryption',
  'wanted',
  'engine',
])
export type Topic = z.output<typeof topic>
