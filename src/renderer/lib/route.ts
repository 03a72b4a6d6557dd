import { useSyncExternalStore } from 'react'

/** The places of the window: the first nine in the order of Ctrl+1 … Ctrl+9. */
export const PLACES = [
  'home',
  'drafts',
  'to-sign',
  'outbox',
  'sent',
  'new',
  'asked',
  'registered',
  'quarantine',
  'returned',
  'search',
  'settings',
  'sent-back',
  'to-approve',
  'handling',
  'registers',
  'opened',
] as const
export type Place = (typeof PLACES)[number]

/** Where the window is: a place, and the document opened there. Kept in the address, so a reload stays. */
export interface Route {
  readonly place: Place
  readonly id: string | undefined
}

/** The address of a place, for links. */
export function addressOf(place: Place, id?: string): string {
  return id === undefined ? `#/${place}` : `#/${place}/${id}`
}

/** Goes there. */
export function go(place: Place, id?: string): void {
  window.location.hash = addressOf(place, id)
}

/** Reads an address; anything unknown is the page where the day begins. */
export function routeOf(address: string): Route {
  const [, name, id] = address.split('/')
  const place = PLACES.find((known) => known === name)
  return { place: place ?? 'home', id: place === undefined || id === '' ? undefined : id }
}

/** The route, followed. */
export function useRoute(): Route {
  const address = useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed)
      return () => {
        window.removeEventListener('hashchange', changed)
      }
    },
    () => window.location.hash,
  )
  return routeOf(address)
}
