/** What happened to a terminal, in order: what the program wrote, and the sizes that the window had. */

/** A new size, in cells. The first piece of a recording is one. */
interface Size {
  readonly type: 'size'
  readonly columns: number
  readonly rows: number
}

/** One piece of output as it was read. `at` is in milliseconds, from any beginning. */
interface Output {
  readonly type: 'output'
  readonly at: number
  readonly data: string
}

export type Recording = readonly (Size | Output)[]
