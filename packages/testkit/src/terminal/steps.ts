/** A terminal's input cut into what it acts on at one time: an escape sequence, a control character, a run of text. */

/** A control sequence (ECMA-48): `CSI` parameters, intermediates, one final letter. */
export interface ControlSequence {
  /** The private mark before the parameters, such as `?`, or the empty string. */
  readonly mark: string
  /** Missing ones are undefined. */
  readonly parameters: readonly (number | undefined)[]
  /** Intermediates and final letter. */
  readonly name: string
}

const STEP = new RegExp(
  [
    String.raw`\u001b\[[0-?]*[ -/]*[@-~]`,
    // Strings: OSC ends with BEL too; DCS, SOS, PM and APC only with ST.
    String.raw`\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)`,
    String.raw`\u001b[PX^_][^\u001b]*\u001b\\`,
    String.raw`\u001b[ -/]+[0-~]`,
    String.raw`\u001b[0-OQ-WYZ\\\x60-~]`,
    // A sequence that something else breaks off.
    String.raw`\u001b\[[0-?]*[ -/]*(?=[^ -~])`,
    String.raw`\u001b[PX\]^_][^\u0007\u001b]*(?=\u001b[^\\])`,
    String.raw`\u001b(?=[\u0000-\u001f\u007f])`,
    String.raw`[\u0000-\u001a\u001c-\u001f\u007f]`,
    String.raw`[^\u0000-\u001f\u007f]+`,
  ].join('|'),
  'y',
)

/** Cuts output into steps, whatever pieces it comes in: the beginning of a sequence is kept for the next piece. */
export class StepSplitter {
  #rest = ''

  /** The steps that are whole. Joined, with what is kept back, they are the input. */
  push(data: string): string[] {
    const text = this.#rest + data
    const steps: string[] = []
    STEP.lastIndex = 0
    let end = 0
    for (let match = STEP.exec(text); match !== null; match = STEP.exec(text)) {
      steps.push(match[0])
      end = STEP.lastIndex
    }
    this.#rest = text.slice(end)
    return steps
  }
}

/** The steps of a whole output; the beginning of a sequence that never ends is left out. */
export function stepsOf(output: string): string[] {
  return new StepSplitter().push(output)
}

const INTRODUCER = '\u001b['
const CONTROL_SEQUENCE = /^(?<mark>[<-?]?)(?<parameters>[0-;]*)(?<name>[ -/]*[@-~])$/u

/** The step read as a control sequence, or undefined where it is none. */
export function controlSequence(step: string): ControlSequence | undefined {
  if (!step.startsWith(INTRODUCER)) return undefined
  const groups = CONTROL_SEQUENCE.exec(step.slice(INTRODUCER.length))?.groups
  if (groups === undefined) return undefined
  const { mark = '', parameters = '', name = '' } = groups
  return {
    mark,
    parameters: parameters
      .split(';')
      .map((value) => (value === '' ? undefined : Number.parseInt(value, 10))),
    name,
  }
}

/** Whether the step is a run of text. */
export const isText = (step: string): boolean => /^[^\p{Cc}]/u.test(step)
