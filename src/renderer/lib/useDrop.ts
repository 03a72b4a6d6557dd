import { useRef, useState, type DragEvent } from 'react'

/** A place that files are dropped on: whether some are over it now, and what the element listens to. */
export interface DropPlace {
  readonly dropping: boolean
  readonly handlers: {
    readonly onDragEnter: () => void
    readonly onDragLeave: () => void
    readonly onDrop: (event: DragEvent) => void
  }
}

/** @param onFiles takes what was dropped, in the order of the system */
export function useDrop(onFiles: (files: readonly File[]) => void): DropPlace {
  const [dropping, setDropping] = useState(false)
  // Entering a child is told before leaving its parent, so they are counted.
  const depth = useRef(0)
  return {
    dropping,
    handlers: {
      onDragEnter: () => {
        depth.current += 1
        setDropping(true)
      },
      onDragLeave: () => {
        depth.current -= 1
        if (depth.current <= 0) setDropping(false)
      },
      onDrop: (event) => {
        event.preventDefault()
        depth.current = 0
        setDropping(false)
        onFiles([...event.dataTransfer.files])
      },
    },
  }
}
