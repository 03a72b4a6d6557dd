import { BACKUP_FOLDER_TITLE } from '../backup.ts'
import type { Office } from '../office.ts'
import type { AnswersTo } from './area.ts'

/** Backups on a stick or share, and what an office that came back from one still has to look through. */
export function backupAnswers(office: Office): AnswersTo<'backup'> {
  const { store, host } = office
  return {
    'backup.status': () => office.backups.status(),
    'backup.chooseFolder': async () => ({ folder: await host.chooseFolder(BACKUP_FOLDER_TITLE) }),
    'backup.save': (policy) => office.backups.save(policy),
    'backup.make': () => office.backups.make(),
    'backup.cancel': () => {
      office.backups.cancel()
      return {}
    },
    'backup.list': () => office.backups.list(),
    'backup.check': ({ name }) => office.backups.check(name),
    'backup.settleRestored': () => {
      const restored = store.settings.get('restored')
      if (restored !== undefined) store.settings.set('restored', { ...restored, settled: true })
      office.tell('office')
      return {}
    },
  }
}
