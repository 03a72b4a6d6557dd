import { Component, type ReactNode } from 'react'

import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { Empty } from './Banner.tsx'
import { MonitorX } from 'lucide-react'

/** Catches our own bugs while drawing: says that nothing is lost and offers a fresh window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <main role="alert">
        <Empty icon={MonitorX} title={TEXT.boundaryTitle} hint={TEXT.boundaryHint}>
          <Button
            kind="primary"
            onPress={() => {
              window.location.reload()
            }}
          >
            {TEXT.reload}
          </Button>
        </Empty>
      </main>
    )
  }
}
