import { Text, useCursor } from 'ink'
import { useMemo, type ReactNode } from 'react'
import { liveRegion } from '../live-region.ts'
import type { Screen } from '../screen-store.ts'
import { painted } from '../../terminal/styled-row.ts'
import type { Paint } from '../../terminal/theme.ts'

interface LiveProps {
  readonly screen: Screen
  readonly paint: Paint
}

/** The rows below the answer: what waits, the connection, the composer. */
export function Live({ screen: { view, composer, overlay }, paint }: LiveProps): ReactNode {
  const { setCursorPosition } = useCursor()
  const region = useMemo(() => liveRegion(view, composer, overlay), [view, composer, overlay])
  setCursorPosition(region.cursor)
  return (
    <Text wrap="truncate-end">{region.rows.map((spans) => painted(spans, paint)).join('\n')}</Text>
  )
}
