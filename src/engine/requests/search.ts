import { AppError } from '../../shared/errors.ts'
import type { RecipientGroup } from '../../shared/document/recipient-group.ts'
import { MAX_SAVED_SEARCHES, type SavedSearch } from '../../shared/search.ts'
import type { Office } from '../office.ts'
import type { AnswersTo } from './area.ts'

/** Finding documents and agencies. */
export function searchAnswers({ store, tell }: Office): AnswersTo<'search' | 'directory'> {
  const groups = () => store.recipientGroups.list()

  function changedGroups(): RecipientGroup[] {
    tell('directory')
    return groups()
  }

  function saved(): SavedSearch[] {
    return store.settings.get('savedSearches') ?? []
  }

  function savedBut(name: string): SavedSearch[] {
    return saved().filter((search) => search.name !== name)
  }

  function keep(searches: SavedSearch[]): SavedSearch[] {
    if (searches.length > MAX_SAVED_SEARCHES) {
      throw new AppError('search/too-many-saved', `${String(searches.length)} searches`)
    }
    store.settings.set('savedSearches', searches)
    tell('search')
    return searches
  }

  return {
    'search.find': ({ query, limit, offset }) => store.search.find(query, limit, offset),
    'search.status': () => store.search.status(),
    'search.saved': saved,
    'search.save': (search) => keep([...savedBut(search.name), search]),
    'search.forget': ({ name }) => keep(savedBut(name)),
    'directory.search': ({ text, limit }) => store.directory.search(text, limit),
    'directory.standings': ({ ids }) => store.directory.standings(ids),
    'directory.groups': groups,
    'directory.saveGroup': (group) => {
      store.recipientGroups.save(group)
      return changedGroups()
    },
    'directory.useGroup': ({ id }) => {
      store.recipientGroups.noteUse(id)
      return changedGroups()
    },
    'directory.removeGroup': ({ id }) => {
      store.recipientGroups.remove(id)
      return changedGroups()
    },
  }
}
