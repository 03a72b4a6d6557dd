import { z } from 'zod'
import { savedSearch, searchAnswer, searchQuery, searchStatus } from '../../search.ts'
import { nothing, type Requests } from './values.ts'

/** Finding documents by their words. */
export const searchContract = {
  'search.find': {
    input: z.object({
      query: searchQuery,
      limit: z.int().min(1).max(100).default(20),
      offset: z.int().min(0).default(0),
    }),
    output: searchAnswer,
  },
  'search.status': { input: nothing, output: searchStatus },
  'search.saved': { input: nothing, output: z.array(savedSearch) },
  /** One of the same name is replaced. */
  'search.save': { input: savedSearch, output: z.array(savedSearch) },
  'search.forget': { input: savedSearch.pick({ name: true }), output: z.array(savedSearch) },
} satisfies Requests
