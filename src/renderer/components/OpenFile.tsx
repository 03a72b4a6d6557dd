import { FolderOpen } from 'lucide-react'

import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'

/** Opens a packet or an evidence file from the PC, to be looked at. Ctrl+O does the same anywhere. */
export function OpenFile() {
  const choose = useAction(() => call('opened.choose', {}))
  return (
    <Button small icon={FolderOpen} isBusy={choose.busy} onPress={() => void choose.run()}>
      {TEXT.opened.choose}
    </Button>
  )
}
