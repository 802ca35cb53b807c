/** What the doctor found out about one thing. */

/** `problem`: a chat would not work. `warning`: something else would not. `info`: worth knowing. */
export type CheckStatus = 'ok' | 'info' | 'warning' | 'problem'

export interface Check {
  /** `node`, `config`, `data`, `state`, `history`, `relay`, `provider:NAME`, `circuit:PROVIDER/MODEL`, `answer:NAME` */
  readonly id: string
  readonly status: CheckStatus
  /** One sentence, or part of one, for people. */
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string | undefined
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
