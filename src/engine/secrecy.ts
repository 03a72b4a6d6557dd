/** Độ mật as the stamps read. @source Law 117/2025/QH15; Decree 30/2020/NĐ-CP excludes them from this channel */
const STAMP = /^[\s([{*_-]*(TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT)[\s)\]}*_.:-]*$/mu

/** A secret document's notation ends in a group of its own: `12/BC-UBND-M`, `-TM`, `-TuM`. */
const NOTATION_MARK = /[-/](M|TM|TuM|MẬT|TỐIMẬT|TUYỆTMẬT)$/u

/** The texts of a document that could carry a mark of secrecy. */
export interface SecrecyTexts {
  readonly codeNotation: string
  readonly texts: readonly string[]
}

/**
 * The hard stop: whether a document bears a mark of state secrecy. A stamp counts when it stands alone on
 * its line in capitals; "bảo mật" or "bí mật" in a sentence does not. Such a document must not be drafted,
 * kept, sent or processed on a PC with a line.
 *
 * @source Decision 28/2018/QĐ-TTg Art 1(2); reference rules section 6 (the words, and what must not match)
 */
export function bearsSecrecyMark({ codeNotation, texts }: SecrecyTexts): boolean {
  if (NOTATION_MARK.test(codeNotation.normalize('NFC').trim())) return true
  return texts.some((text) => STAMP.test(text.normalize('NFC')))
}
