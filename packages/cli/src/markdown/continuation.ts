/** What is known of a block whose beginning is printed, beside the rest of its source. */
import type { Span } from '../terminal/styled-row.ts'
import type { TableLayout } from './table-layout.ts'

/** What stands above a block in its container: nothing that needs a distance, a paragraph, another block, or a blank row. */
type Above = 'start' | 'paragraph' | 'block' | 'parted'

/** Blocks that follow one another in a container, from the first that is not printed whole. */
export interface Sequel {
  readonly above: Above
  /** Of the first block, where its beginning is printed. */
  readonly continuation?: Continuation
}

export const BEGINNING: Sequel = { above: 'start' }

export type Continuation =
  | {
      readonly type: 'prose'
      /** Drawn text that is not printed yet; its source is gone. */
      readonly lead: readonly Span[]
    }
  | {
      readonly type: 'code'
      /** Code that is printed and decides how the next line is highlighted. */
      readonly context: string
    }
  | {
      readonly type: 'html'
      /** Rows of the source's first line are printed; it is kept, for it says where the block ends. */
      readonly opening: string
    }
  | {
      readonly type: 'table'
      readonly layout: TableLayout
      readonly headed: boolean
      /** Rows of the screen that are printed of the first row of the table. */
      readonly skip: number
    }
  | {
      readonly type: 'list'
      /** The number that the first item shows. */
      readonly number: number
      /** Whether a blank row comes before the first item. */
      readonly gap: boolean
      /** Of the first item, where its beginning is printed. */
      readonly item?: Sequel
    }
  | { readonly type: 'blockquote'; readonly inside: Sequel }

/** The rest of a block's source, and what to know of it. */
export interface Rest {
  readonly source: string
  readonly continuation?: Continuation
}
