import type { ConnectionSettings } from '../../shared/connection.ts'
import type { Input, Settings } from '../../shared/ipc/contract.ts'
import { accessOf, connectionSection } from '../connection.ts'
import type { Office } from '../office.ts'
import { renameSole } from '../people.ts'
import { requireOwnHub } from '../practice/bounds.ts'
import type { AnswersTo } from './area.ts'

/** The agency, its hub, its token, and how connections are made. */
export function settingsAnswers(office: Office): AnswersTo<'settings' | 'connection'> {
  const { store } = office
  const connection = connectionSection(store.settings)

  function current(): Settings {
    const agency = store.settings.get('agency')
    if (agency === undefined) throw new Error('an open office has an agency')
    const hub = store.settings.get('hub')
    const token = store.settings.get('token')
    return {
      agency,
      clerkName: store.settings.get('clerkName') ?? '',
      ...(hub === undefined ? {} : { hub }),
      ...(token === undefined ? {} : { token }),
      numberPlacement: store.settings.get('numberPlacement') ?? 'signature-fields',
      recallRoute: store.settings.get('recallRoute') ?? 'edoc',
    }
  }

  function save(input: Input<'settings.save'>): Settings {
    const { agency, clerkName, hub, token, numberPlacement, numberFields, recallRoute } = input
    if (hub !== undefined) requireOwnHub(hub, office.practice)
    store.atomically(() => {
      store.settings.set('agency', agency)
      store.settings.set('clerkName', clerkName)
      renameSole(office, clerkName)
      if (hub === undefined) {
        store.settings.remove('hub')
      } else {
        store.settings.set('hub', accessOf(hub, store.settings.get('hub')))
        store.settings.remove('directoryAt')
      }
      if (token === undefined) store.settings.remove('token')
      else store.settings.set('token', token)
      if (numberPlacement !== undefined) store.settings.set('numberPlacement', numberPlacement)
      if (numberFields !== undefined) store.settings.set('numberFields', numberFields)
      if (recallRoute !== undefined) store.settings.set('recallRoute', recallRoute)
    })
    office.signer.reset()
    void office.watch.lookNow()
    office.queue.tryNow()
    office.tell('office')
    office.tell('token')
    office.tell('line')
    return current()
  }

  /** The line may be another one now. */
  function reconnected(changed: ConnectionSettings): ConnectionSettings {
    office.queue.tryNow()
    office.tell('office')
    office.tell('line')
    return changed
  }

  return {
    'settings.current': current,
    'settings.save': save,
    'connection.current': () => connection.current(),
    'connection.save': (input) => reconnected(connection.save(input)),
    'connection.keepAuthorities': (input) => reconnected(connection.keepAuthorities(input)),
    'connection.removeAuthorities': () => reconnected(connection.removeAuthorities()),
    'connection.keepCertificate': (input) => reconnected(connection.keepCertificate(input)),
    'connection.removeCertificate': () => reconnected(connection.removeCertificate()),
  }
}
