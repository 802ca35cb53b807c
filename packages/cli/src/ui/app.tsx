import { useApp, usePaste } from 'ink'
import { useEffect, useSyncExternalStore, type ReactNode } from 'react'
import { Live } from './components/live.tsx'
import type { ScreenStore } from './screen-store.ts'
import type { Paint } from '../terminal/theme.ts'

interface AppProps {
  readonly store: ScreenStore
  readonly paint: Paint
  /** Stops the process; resolves when it goes on. */
  readonly suspend: () => Promise<void>
}

/**
 * The part of the chat below the answer. It draws the screen store, nothing more: what
 * is printed and the answer itself are the compositor's.
 */
export function App({ store, paint, suspend }: AppProps): ReactNode {
  const screen = useSyncExternalStore(store.subscribe, store.region)
  // Raw mode and marked pastes are on while this is drawn; what is typed is read by TerminalInput.
  usePaste(ignored)
  const { suspendTerminal } = useApp()
  const { suspensions, leaving } = screen.view
  useEffect(() => {
    if (suspensions > 0) void suspendTerminal(suspend)
  }, [suspensions, suspend, suspendTerminal])
  return leaving ? null : <Live screen={screen} paint={paint} />
}

function ignored(): void {
  // Nobody types into Ink.
}
