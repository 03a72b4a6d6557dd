import { z } from 'zod'
import type { Agency } from './document/fields.ts'

/**
 * Practice (tập dùng): an invented agency with a store, a hub and a correspondent of its own on this PC, to try
 * everything out with. Nothing of it meets the real office; what keeps the two apart is in
 * docs/decisions/0042-practice.md
 */

/** Whom an engine plays in practice: the agency of the clerk, or the one that answers. */
export const practicePart = z.enum(['office', 'correspondent'])
export type PracticePart = z.output<typeof practicePart>

/** With this every path of a practice hub begins. It answers to no other, and a real office calls none with it. */
export const PRACTICE_PATH = '/tap-dung/'

/** What opens the practice tokens. It is shown wherever it is asked for: there is nothing to protect. */
export const PRACTICE_PIN = '123456'

/** One side of the practice: its agency, and who is written on its certificates. */
export interface PracticeSide {
  readonly agency: Agency
  readonly clerkName: string
  readonly signerName: string
  readonly signerPosition: string
}

/** Both sides, in the invented province of the guide. */
export const PRACTICE_SIDES: Readonly<Record<PracticePart, PracticeSide>> = {
  office: {
    agency: {
      organId: 'H99.88.01',
      name: 'UBND xã Suối Ngọc',
      parentName: 'UBND tỉnh Thanh Vân',
      address: 'Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân',
      email: 'vanthu@suoingoc.example',
      telephone: '',
    },
    clerkName: 'Lê Thị Thử',
    signerName: 'Nguyễn Văn Mẫu',
    signerPosition: 'Chủ tịch',
  },
  correspondent: {
    agency: {
      organId: 'H99.07',
      name: 'Sở Nội vụ tỉnh Thanh Vân',
      parentName: 'UBND tỉnh Thanh Vân',
      address: 'Số 1 đường Thử, tỉnh Thanh Vân',
      email: 'snv@thanhvan.example',
      telephone: '',
    },
    clerkName: 'Phạm Thị Ví Dụ',
    signerName: 'Trần Thị Mẫu',
    signerPosition: 'Giám đốc',
  },
}

/** How main tells an engine that it plays a part. */
export const practiceStart = z.object({
  part: practicePart,
  /** The practice hub as it listens now; the only address this engine may connect to. */
  hubUrl: z.url(),
  /** Absolute path of what the practice hub made for this part, a {@link practiceOutfit} as JSON. */
  outfitPath: z.string(),
})
export type PracticeStart = z.output<typeof practiceStart>

/** What one side gets: its name and secret at the hub, its token, and whom it believes. */
export const practiceOutfit = z.object({
  systemId: z.string(),
  secret: z.string(),
  /** Absolute path of a PKCS#12 file with the person's and the agency's certificate. */
  tokenPath: z.string(),
  /** DER of the practice root, base64. */
  root: z.base64(),
})
export type PracticeOutfit = z.output<typeof practiceOutfit>
