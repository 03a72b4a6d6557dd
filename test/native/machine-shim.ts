import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, 'machine-shim.c')

/** A machine whose disk fills and whose clock jumps, for the processes that are started with its `env`. */
export interface MachineShim {
  readonly env: Readonly<Record<string, string>>
  /** Whether nothing more goes onto the disk. */
  fill(isFull: boolean): void
  /** How far the clock on the wall is ahead, in milliseconds; negative for late. */
  shiftClock(offsetMs: number): void
  /** The disk has room and the clock is right. */
  mend(): void
}

/** Compiles the shim (gcc, Linux, a second) into `directory`, where it also keeps what is wrong. */
export function makeMachineShim(directory: string): MachineShim {
  mkdirSync(directory, { recursive: true })
  const library = join(directory, 'machine-shim.so')
  const [full, clock] = [join(directory, 'full'), join(directory, 'clock')]
  execFileSync('gcc', [
    '-shared',
    '-fPIC',
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-o',
    library,
    SOURCE,
    '-ldl',
  ])
  function fill(isFull: boolean): void {
    if (isFull) writeFileSync(full, '')
    else rmSync(full, { force: true })
  }
  function shiftClock(offsetMs: number): void {
    writeFileSync(clock, String(Math.round(offsetMs)))
  }
  return {
    env: { LD_PRELOAD: library, VANTHU_MACHINE: directory },
    fill,
    shiftClock,
    mend() {
      fill(false)
      shiftClock(0)
    },
  }
}
