/** Which models a question goes to at once. Pure. */

/** The names in what was typed, each once. */
export function modelsIn(typed: string): readonly string[] {
  return [...new Set(typed.split(/[\s,]+/).filter((name) => name !== ''))]
}

/** Why they cannot be compared, in a sentence. `atOnce`: how many runs the relay takes at a time. */
export function faultOfModels(models: readonly string[], atOnce: number): string | undefined {
  if (models.length === 0) return '/compare needs models: /compare MODEL MODEL …'
  if (models.length > atOnce) return `At most ${atOnce} models can be asked at once.`
  return undefined
}
