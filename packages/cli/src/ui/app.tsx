import { useApp, useInput, usePaste, useWindowSize } from 'ink'
import { useEffect, useSyncExternalStore, type ReactNode } from 'react'
import type { ChatController } from './chat-controller.ts'
import { Live } from './components/live.tsx'
import { Transcript } from './components/transcript.tsx'
import { keyPresses } from './keys.ts'
import type { ScreenStore } from './screen-store.ts'
import type { Paint } from '../terminal/theme.ts'

interface AppProps {
  readonly store: ScreenStore
  readonly controller: ChatController
  readonly paint: Paint
  /** Stops the process; resolves when it goes on. */
  readonly suspend: () => Promise<void>
}

/** The chat on a terminal. It draws the screen store and hands keys to the controller, nothing more. */
export function App({ store, controller, paint, suspend }: AppProps): ReactNode {
  const screen = useSyncExternalStore(store.subscribe, store.snapshot)
  const { columns, rows } = useWindowSize()
  useEffect(() => {
    store.dispatch({ type: 'resized', columns, rows })
  }, [store, columns, rows])
  useInput((input, key) => {
    for (const press of keyPresses(input, key)) controller.press(press)
  })
  usePaste((text) => {
    controller.paste(text)
  })
  const { suspendTerminal } = useApp()
  const { blocks, generation, redraws, suspensions, leaving } = screen.view
  useEffect(() => {
    if (suspensions > 0) void suspendTerminal(suspend)
  }, [suspensions, suspend, suspendTerminal])
  return (
    <>
      <Transcript key={generation} blocks={blocks} paint={paint} />
      {leaving ? null : <Live key={`live-${redraws}`} screen={screen} paint={paint} />}
    </>
  )
}
