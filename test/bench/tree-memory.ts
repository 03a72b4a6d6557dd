import { readdirSync, readFileSync } from 'node:fs'

/** What one process takes, in bytes: what it shares with others counts as its part only (PSS). */
export interface ProcessMemory {
  readonly pid: number
  /** What Chromium calls it (`renderer`, `gpu-process`, `utility`, …); `main` for the first. */
  readonly kind: string
  readonly bytes: number
}

/** The memory of a process and of all that it started, as the kernel counts it. Linux only. */
export function treeMemory(root: number): ProcessMemory[] {
  return treeOf(root).flatMap((pid) => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${String(pid)}/smaps_rollup`))?.[1]
    return kilobytes === undefined ? [] : { pid, kind: kindOf(pid), bytes: Number(kilobytes) * 1024 }
  })
}

/** A process and all below it. */
function treeOf(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // The name of a program may hold spaces and brackets; the parent stands behind the last bracket.
    const parent = Number(read(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [root]
  for (let at = 0; at < found.length; at += 1) found.push(...(children.get(found[at] ?? 0) ?? []))
  return found
}

/** So much of the processor the tree has used since it began, in seconds. */
export function treeSeconds(root: number): number {
  const TICKS = 100
  return treeOf(root).reduce((sum, pid) => {
    const words =
      read(`/proc/${String(pid)}/stat`)
        .split(') ')
        .at(-1)
        ?.split(' ') ?? []
    return sum + (Number(words[11] ?? 0) + Number(words[12] ?? 0)) / TICKS
  }, 0)
}

function kindOf(pid: number): string {
  const words = read(`/proc/${String(pid)}/cmdline`)
  const type = /--type=([a-z-]+)/.exec(words)?.[1] ?? 'main'
  const service = /--utility-sub-type=([A-Za-z.]+)/.exec(words)?.[1]?.split('.').at(-1)
  return service === undefined ? type : `${type} ${service}`
}

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
