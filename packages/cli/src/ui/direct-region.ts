/** The part of the chat below the answer, drawn without Ink, which takes a while to load. */
import { painted } from '../terminal/styled-row.ts'
import type { Paint } from '../terminal/theme.ts'
import type { Compositor } from './compositor/compositor.ts'
import { liveRegion } from './live-region.ts'
import type { ScreenStore } from './screen-store.ts'

/** Draws the region, and again when it changes. Returns the function that ends it. */
export function drawDirectly(
  store: Pick<ScreenStore, 'region' | 'subscribe'>,
  compositor: Pick<Compositor, 'standIn'>,
  paint: Paint,
): () => void {
  const draw = (): void => {
    const { view, composer, overlay } = store.region()
    const { rows, cursor } = liveRegion(view, composer, overlay)
    compositor.standIn({
      rows: rows.map((spans) => painted(spans, paint)),
      ...cursor,
      isCursorShown: true,
    })
  }
  draw()
  return store.subscribe(draw)
}
