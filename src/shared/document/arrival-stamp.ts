import { z } from 'zod'

/** Dấu "ĐẾN". @source Decree 30/2020/NĐ-CP App. IV: 35 mm × 50 mm */
export const ARRIVAL_STAMP_MM = { widthMm: 50, heightMm: 35 } as const

/** Where it stands on the first page as shown, in millimetres from the left and top edge. */
export const placeOfStamp = z.object({ leftMm: z.number(), topMm: z.number(), pageWidthMm: z.number() })
export type PlaceOfStamp = z.output<typeof placeOfStamp>
