/** What start.ts asks of the program that makes offices. */
export interface MakingJob {
  /** The profile: key.json, store.db. */
  readonly dir: string
  readonly documents: number
  readonly only?: 'incoming'
  /** See Making.bodyWords. */
  readonly bodyWords: number
}
