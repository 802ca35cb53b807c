import { Static, Text } from 'ink'
import { memo, type ReactNode } from 'react'
import { painted } from '../../terminal/styled-row.ts'
import type { Paint } from '../../terminal/theme.ts'
import type { Block } from '../view-state.ts'

interface TranscriptProps {
  readonly blocks: Block[]
  readonly paint: Paint
}

/** What is printed for good, each block once. Memoised: a `<Static>` that is drawn again switches Ink's frame limit off. */
export const Transcript = memo(function Transcript({ blocks, paint }: TranscriptProps): ReactNode {
  return (
    <Static items={blocks}>
      {({ key, rows }) => (
        <Text key={key}>
          {rows
            // A text without a character would have no row.
            .map((spans) => painted(spans, paint) || ' ')
            .join('\n')}
        </Text>
      )}
    </Static>
  )
})
