import { AppError } from '../../shared/errors.ts'
import type { Office } from '../office.ts'
import { pdfOfFile, reportOfFile } from '../opened.ts'
import type { Outside } from '../outside.ts'
import type { AnswersTo } from './area.ts'

/** The file that somebody opened, outside the window or by its own button. */
export function openedAnswers(
  office: Office,
  { openedFile, openFile }: Pick<Outside, 'openedFile' | 'openFile'>,
): AnswersTo<'opened'> {
  return {
    'opened.choose': async () => {
      const path = await office.host.chooseOpenable()
      if (path !== undefined) openFile(path)
      return {}
    },
    'opened.report': async () => {
      const path = openedFile()
      return path === undefined ? {} : { report: await reportOfFile(path, office) }
    },
    'opened.pdf': async ({ sha256 }) => {
      const path = openedFile()
      if (path === undefined) throw new AppError('document/not-found', 'no file was opened')
      return { bytes: await pdfOfFile(path, sha256) }
    },
  }
}
