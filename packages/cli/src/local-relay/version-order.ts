/** Which of two versions is older. */

/** Whether `version` is older than `other`, both as Semantic Versioning 2.0.0 writes them (§11 orders them). */
export function isOlder(version: string, other: string): boolean {
  const [core, pre] = split(version)
  const [otherCore, otherPre] = split(other)
  const byCore = compareLists(core, otherCore)
  if (byCore !== 0) return byCore < 0
  if (pre === undefined || otherPre === undefined) {
    return pre !== undefined && otherPre === undefined
  }
  return compareLists(pre, otherPre) < 0
}

/** The three numbers, and what follows the first hyphen; build metadata has no part in the order. */
function split(version: string): [string, string | undefined] {
  const plain = version.split('+', 1)[0] ?? ''
  const hyphen = plain.indexOf('-')
  return hyphen < 0 ? [plain, undefined] : [plain.slice(0, hyphen), plain.slice(hyphen + 1)]
}

function compareLists(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareParts(left[i], right[i])
    if (order !== 0) return order
  }
  return 0
}

/** A missing part comes before any, numbers before names. */
function compareParts(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return -1
  if (b === undefined) return 1
  const [aNumeric, bNumeric] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aNumeric && bNumeric) return Number(a) - Number(b)
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1
  return a < b ? -1 : 1
}
