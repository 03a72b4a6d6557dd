import { Lock, LockOpen, LockKeyhole } from 'lucide-react'

import type { KeyLack } from '../../shared/encryption.ts'
import { TEXT } from '../text.vi.ts'
import { Chip } from './Chip.tsx'

/** In which form one recipient gets a document, and why not encrypted where it is for want of a key. */
export function FormChip({ encrypted, lack }: { encrypted: boolean; lack?: KeyLack | undefined }) {
  if (encrypted) {
    return (
      <Chip tone="ok" icon={Lock}>
        {TEXT.encryption.encrypted}
      </Chip>
    )
  }
  return lack === undefined ? (
    <Chip icon={LockOpen}>{TEXT.encryption.plain}</Chip>
  ) : (
    <Chip tone="warn" icon={LockOpen}>
      {TEXT.encryption.lacks[lack]}
    </Chip>
  )
}

/** A received document whose files were encrypted on their way. */
export function ArrivedEncrypted({ encrypted }: { encrypted: boolean }) {
  if (!encrypted) return null
  return (
    <Chip tone="ok" icon={LockKeyhole}>
      {TEXT.encryption.arrivedEncrypted}
    </Chip>
  )
}
