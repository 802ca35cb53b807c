/** Whether what a terminal was told of a run is what the upstream said, and how often that was asked. Pure. */
import type { MockCall } from '@speak-code/testkit'
import type { Complaint, Told } from './witness.ts'

/** What happened to a run, and so how it may have ended. */
export interface Fate {
  readonly cancelled: boolean
  /** The relay was killed or drained meanwhile. */
  readonly restarted: boolean
  /** The connection between relay and upstream was struck meanwhile. */
  readonly upstreamStruck: boolean
}

/** How a run may end that its provider did not finish. */
function isAllowed({ status, error }: NonNullable<Told['end']>, fate: Fate): boolean {
  if (status === 'cancelled') return fate.cancelled
  if (status !== 'failed' || error === undefined) return false
  if (error.code === 'interrupted') return fate.restarted
  return fate.upstreamStruck && error.code.startsWith('upstream_')
}

/** Half a surrogate pair at the cut becomes U+FFFD. */
function isBeginning(text: string, whole: string): boolean {
  return whole.startsWith(text) || (text.endsWith('\uFFFD') && whole.startsWith(text.slice(0, -1)))
}

/** What is wrong with what was told of one run; `whole` is all that the upstream had to say. */
export function judge(name: string, told: Told, whole: string, fate: Fate): Complaint[] {
  const { end, text } = told
  if (end === undefined) return [{ kind: 'stuck', what: `${name}: no end at ${told.seq}` }]
  if (end.status === 'completed') {
    if (text === whole) return []
    const what = `${name}: completed with ${text.length} of ${whole.length} code units`
    return [{ kind: 'loss', what }]
  }
  const complaints: Complaint[] = []
  if (!isAllowed(end, fate)) {
    const what = `${name}: ended ${end.status} (${end.error?.code ?? end.endedBy})`
    complaints.push({ kind: 'dishonest', what })
  }
  if (!isBeginning(text, whole)) {
    complaints.push({ kind: 'loss', what: `${name}: what was kept is no beginning of the answer` })
  }
  return complaints
}

function isOver({ finishedAt, closedAt }: MockCall, at: number): boolean {
  return (finishedAt ?? closedAt ?? Infinity) <= at
}

/** L5: what is wrong with the upstream calls for one run, in the upstream's own record and in the order of their beginning. */
export function judgeCalls(name: string, calls: readonly MockCall[], fate: Fate): Complaint[] {
  const complaints: Complaint[] = []
  if (calls.length > 1 && !fate.upstreamStruck) {
    complaints.push({ kind: 'double', what: `${name}: ${calls.length} upstream calls` })
  }
  const overlaps = calls.some((call, index) =>
    calls.slice(0, index).some((before) => !isOver(before, call.startedAt)),
  )
  if (overlaps) complaints.push({ kind: 'double', what: `${name}: two upstream calls at once` })
  return complaints
}
