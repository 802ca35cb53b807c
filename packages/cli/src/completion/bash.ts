/** The completion script for bash (3.2 and later), to be sourced. */
import { casesOf, type Case, type Offer } from './cases.ts'
import { functionName, quoted } from './shell-text.ts'
import type { CompletionCommand } from './tree.ts'

export function bashScript(tree: CompletionCommand): string {
  const [name = ''] = tree.names
  const cases = casesOf(tree)
  const complete = functionName(name)
  return `# bash completion for ${name}; load it with: source <(${name} completion bash)
${complete}() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' option='' word index position=0 candidate
  local -a candidates=()
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ -n $option ]]; then
      # bash makes a word of the sign in --option=value
      [[ $word == = ]] || option=''
      continue
    fi
    case "$command $word" in
      ${patterns(cases.takesValue)}) option=$word ;;
      *' -'*) ;;
      *)
        case "$position $command $word" in
${cases.enter.map((one) => `          ${patterns(one.subjects.map((subject) => `0 ${subject}`))}) command=${quoted(one.result)} ;;`).join('\n')}
          *) ((position++)) ;;
        esac
        ;;
    esac
  done
  [[ $current == = ]] && current=''
  if [[ -n $option ]]; then
    case "$command $option" in
${branches(cases.values)}
    esac
  elif [[ $current == -* ]]; then
    case "$command" in
${branches(cases.options)}
    esac
  else
    case "$command $position" in
${branches(cases.operands)}
    esac
  fi
  for candidate in "\${candidates[@]}"; do
    [[ $candidate == "$current"* ]] || continue
    printf -v candidate %q "$candidate"
    COMPREPLY+=("$candidate")
  done
}
${complete}_paths() {
  type compopt &>/dev/null && compopt -o filenames
  while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen "$1" -- "$current")
}
complete -F ${complete} ${name}
`
  function branches(all: readonly Case<Offer>[]): string {
    return all.map((one) => `      ${patterns(one.subjects)}) ${action(one.result)} ;;`).join('\n')
  }

  function action(offer: Offer): string {
    if (offer.kind === 'files') return `${complete}_paths -f`
    if (offer.kind === 'folders') return `${complete}_paths -d`
    return `candidates=(${offer.candidates.map(({ word }) => quoted(word)).join(' ')})`
  }
}

function patterns(subjects: readonly string[]): string {
  return subjects.map(pattern).join(' | ')
}

/** A `*` at the end stays outside the quotes, so that it stands for anything. */
function pattern(subject: string): string {
  return subject.endsWith(' *') ? `${quoted(subject.slice(0, -1))}*` : quoted(subject)
}
