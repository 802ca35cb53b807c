/** Rows as the text that a terminal shows them by: colours and links. */
import { CLOSE_HYPERLINK, openHyperlink } from '../../terminal/hyperlinks.ts'
import type { StyledRow } from '../../terminal/styled-row.ts'
import type { Painter } from '../../terminal/theme.ts'

/** Paints rows; without `links` their addresses are left out. */
export function rowPainter(painter: Painter, links: boolean): (row: StyledRow) => string {
  return (row) =>
    row
      .map(({ meaning, text, link }) => {
        const painted = painter.paint(meaning, text)
        const open = links && link !== undefined ? openHyperlink(link) : undefined
        return open === undefined ? painted : open + painted + CLOSE_HYPERLINK
      })
      .join('')
}
