import { z } from 'zod'

/**
 * How number and date come onto a page that the authorised person has signed already.
 *
 * - `signature-fields`: each as what a further signature of the agency shows, as the government CA's tool does
 * - `form-fields`: in form fields that were there before the person signed, filled in the agency's increment
 * - `reserved`: drawn into the page before the person signs
 *
 * @source Decree 30/2020/NĐ-CP Art 15(3): the system gives an electronic document its number; nothing is said
 *   of the order. Names are persisted: add, never rename.
 */
export const numberPlacement = z.enum(['signature-fields', 'form-fields', 'reserved'])
export type NumberPlacement = z.output<typeof numberPlacement>

const names = z.array(z.string().min(1).max(100)).max(20)

/** Full names of text fields in which number and date are written, in the order to look for them. */
export const numberFields = z.object({
  number: names,
  /** The whole date, dd/MM/yyyy; or its parts. */
  date: names,
  day: names,
  month: names,
  year: names,
})
export type NumberFields = z.output<typeof numberFields>

/** The first of each are those we make ourselves. */
export const USUAL_NUMBER_FIELDS: NumberFields = {
  number: ['VanThu_So', 'SoVanBan', 'So', 'so'],
  date: ['NgayBanHanh', 'NgayVanBan'],
  day: ['VanThu_Ngay', 'Ngay', 'ngay'],
  month: ['VanThu_Thang', 'Thang', 'thang'],
  year: ['VanThu_Nam', 'Nam', 'nam'],
}
