/** The completion script for zsh: to be sourced after compinit, or kept as a file in a folder of fpath. */
import { casesOf, type Case, type Offer } from './cases.ts'
import { functionName, quoted } from './shell-text.ts'
import type { CompletionCommand } from './tree.ts'

export function zshScript(tree: CompletionCommand): string {
  const [name = ''] = tree.names
  const cases = casesOf(tree)
  const complete = functionName(name)
  return `#compdef ${name}
# zsh completion for ${name}; load it with: source <(${name} completion zsh)
${complete}() {
  local current=$words[CURRENT] command='' option='' word
  local -i index position=0
  local -a candidates
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    if [[ -n $option ]]; then
      option=''
      continue
    fi
    case "$command $word" in
      ${patterns(cases.takesValue)}) option=$word ;;
      *' -'*) ;;
      *)
        case "$position $command $word" in
${cases.enter.map((one) => `          ${patterns(one.subjects.map((subject) => `0 ${subject}`))}) command=${quoted(one.result)} ;;`).join('\n')}
          *) ((position += 1)) ;;
        esac
        ;;
    esac
  done
  if [[ -z $option && $current == --*=* ]]; then
    option=\${current%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    case "$command $option" in
${branches(cases.values, 'value')}
    esac
  elif [[ $current == -* ]]; then
    case "$command" in
${branches(cases.options, 'option')}
    esac
  else
    case "$command $position" in
${branches(cases.operands, 'argument')}
    esac
  fi
}
if [[ $funcstack[1] == ${complete} ]]; then
  ${complete} "$@"
else
  compdef ${complete} ${name}
fi
`
}

function branches(all: readonly Case<Offer>[], group: string): string {
  return all
    .map((one) => `      ${patterns(one.subjects)}) ${action(one.result, group)} ;;`)
    .join('\n')
}

function action(offer: Offer, group: string): string {
  if (offer.kind === 'files') return '_files'
  if (offer.kind === 'folders') return '_files -/'
  const words = offer.candidates.map(({ word, description }) => {
    const name = word.replaceAll(/[:\\]/g, String.raw`\$&`)
    return quoted(description === '' ? name : `${name}:${description}`)
  })
  return `candidates=(${words.join(' ')}); _describe -t ${group}s ${group} candidates`
}

function patterns(subjects: readonly string[]): string {
  return subjects.map(pattern).join(' | ')
}

/** A `*` at the end stays outside the quotes, so that it stands for anything. */
function pattern(subject: string): string {
  return subject.endsWith(' *') ? `${quoted(subject.slice(0, -1))}*` : quoted(subject)
}
