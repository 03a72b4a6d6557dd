import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One agency connected to this hub, as `DIR/offices.json` lists them. */
export interface Office {
  readonly systemId: string
  readonly secret: string
  readonly organId: string
  readonly oldCode?: string
  readonly name: string
  readonly parentName?: string
  readonly parentOrganId?: string
  readonly address?: string
  readonly email?: string
  readonly telephone?: string
  /** Its subsystem on the X-Road, instance/class/member/subsystem. */
  readonly road?: string
}

/** The offices of a hub. Read anew for each request, so that an office can be added while the hub runs. */
export interface Offices {
  all(): readonly Office[]
  bySystemId(systemId: string): Office | undefined
  /** By the id in use or by the id of before Decision 20/2020. */
  byOrganId(organId: string): Office | undefined
}

/**
 * Opens `DIR/offices.json`: a list of objects with at least systemId, secret, organId and name.
 * @throws Error when the file is missing or holds something else
 */
export function openOffices(directory: string): Offices {
  const path = join(directory, 'offices.json')
  let text = ''
  let offices: readonly Office[] = []

  function all(): readonly Office[] {
    const current = readFileSync(path, 'utf8')
    if (current !== text) {
      offices = officesFrom(JSON.parse(current))
      text = current
    }
    return offices
  }

  all()
  return {
    all,
    bySystemId: (systemId) => all().find((office) => office.systemId === systemId),
    byOrganId: (organId) =>
      all().find((office) => office.organId === organId || (organId !== '' && office.oldCode === organId)),
  }
}

function officesFrom(value: unknown): readonly Office[] {
  if (!Array.isArray(value)) throw new Error('offices.json holds no list')
  for (const [index, office] of (value as Partial<Record<string, unknown>>[]).entries()) {
    for (const field of ['systemId', 'secret', 'organId', 'name']) {
      if (typeof office[field] !== 'string' || office[field] === '') {
        throw new Error(`offices.json: office ${String(index + 1)} has no ${field}`)
      }
    }
  }
  return value as Office[]
}
