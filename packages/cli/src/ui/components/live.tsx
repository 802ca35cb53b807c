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

/** The rows that change: the open end of the answer, what waits, the connection, the composer. */
export function Live({ screen: { view, composer }, paint }: LiveProps): ReactNode {
  const { setCursorPosition } = useCursor()
  const region = useMemo(() => liveRegion(view, composer), [view, composer])
  setCursorPosition(region.cursor)
  return (
    <Text wrap="truncate-end">{region.rows.map((spans) => painted(spans, paint)).join('\n')}</Text>
  )
}
