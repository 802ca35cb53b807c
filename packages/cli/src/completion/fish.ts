/** The completion script for fish (3.0 and later), to be sourced. */
import { casesOf, type Case, type Offer } from './cases.ts'
import { fishQuoted, functionName } from './shell-text.ts'
import type { CompletionCommand } from './tree.ts'

export function fishScript(tree: CompletionCommand): string {
  const [name = ''] = tree.names
  const cases = casesOf(tree)
  const complete = `_${functionName(name)}`
  return `# fish completion for ${name}; load it with: ${name} completion fish | source
function ${complete}
  set -l current (commandline -ct)
  set -l command ''
  set -l option ''
  set -l position 0
  set -l prefix ''
  for word in (commandline -opc)[2..-1]
    if test -n "$option"
      set option ''
      continue
    end
    switch "$command $word"
      case ${cases.takesValue.map(fishQuoted).join(' ')}
        set option $word
      case '* -*'
      case '*'
        switch "$position $command $word"
${cases.enter.map((one) => `          case ${one.subjects.map((subject) => fishQuoted(`0 ${subject}`)).join(' ')}\n            set command ${fishQuoted(one.result)}`).join('\n')}
          case '*'
            set position (math $position + 1)
        end
    end
  end
  if test -z "$option"; and string match -q -- '--*=*' $current
    set option (string replace -r '=.*' '' -- $current)
    set prefix "$option="
    set current (string replace -r '^[^=]*=' '' -- $current)
  end
  if test -n "$option"
    switch "$command $option"
${branches(cases.values)}
    end
  else if string match -q -- '-*' $current
    switch "$command"
${branches(cases.options)}
    end
  else
    switch "$command $position"
${branches(cases.operands)}
    end
  end
end
complete -c ${name} -e
complete -c ${name} -f -a '(${complete})'
`
}

function branches(all: readonly Case<Offer>[]): string {
  return all
    .map(
      (one) =>
        `      case ${one.subjects.map(fishQuoted).join(' ')}\n        ${action(one.result)}`,
    )
    .join('\n')
}

function action(offer: Offer): string {
  if (offer.kind === 'files') return prefixed('__fish_complete_path $current')
  if (offer.kind === 'folders') return prefixed("__fish_complete_directories $current ''")
  const words = offer.candidates.map(({ word, description }) =>
    fishQuoted(description === '' ? word : `${word}\t${description}`),
  )
  return `printf "$prefix%s\\n" ${words.join(' ')}`
}

function prefixed(command: string): string {
  return `${command} | string replace -r '^' -- "$prefix"`
}
