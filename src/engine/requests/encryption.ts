import { AppError } from '../../shared/errors.ts'
import type { Output } from '../../shared/ipc/contract.ts'
import type { Office } from '../office.ts'
import type { AnswersTo } from './area.ts'

/** Encryption between offices: whether, the own key, and the keys of the others. */
export function encryptionAnswers(office: Office): AnswersTo<'encryption'> {
  const { host } = office

  function changed(): Output<'encryption.status'> {
    office.tell('encryption')
    return office.encryption.status()
  }

  return {
    'encryption.status': () => office.encryption.status(),
    'encryption.save': (settings) => {
      office.encryption.saveSettings(settings)
      return changed()
    },
    'encryption.makeKey': async ({ certificate, pin, lastTry }) => {
      await office.watch.during(() => office.encryption.certify({ certificate, pin, lastTry }))
      return changed()
    },
    'encryption.exportKey': async () => {
      const statement = office.encryption.ownStatement()
      if (statement === undefined) throw new AppError('encryption/own-key-missing', 'no key was made yet')
      return { path: await host.saveFile('khoa-ma-hoa-co-quan.p7m', statement) }
    },
    'encryption.importKey': async ({ file }) => {
      const organId = await office.encryption.importStatement(file)
      office.tell('encryption')
      return { organId }
    },
    'encryption.form': ({ recipients }) => office.encryption.formTo(recipients),
  }
}
