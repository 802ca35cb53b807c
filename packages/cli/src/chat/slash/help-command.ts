/** `/help`: the commands and the keys. */
import type { Line } from '../session-events.ts'
import { plain } from './lines.ts'
import type { SlashCommand } from './slash-command.ts'

/** `commands`: the whole table, which has `/help` in it. */
export function helpCommand(commands: () => readonly SlashCommand[]): SlashCommand {
  return {
    names: ['help'],
    argument: '',
    help: 'these lines',
    run: (_, { keys }) => {
      const told = commands().map(({ names: [name = '', ...others], argument, help }) => {
        const also =
          others.length === 0 ? '' : ` (also ${others.map((other) => `/${other}`).join(' ')})`
        return [`/${name} ${argument}`.trimEnd(), help + also] as const
      })
      return [
        ...columns(keys),
        plain(''),
        // Last, where a low terminal still shows them.
        ...columns([...told, ['//TEXT', 'send /TEXT to the model']]),
      ]
    },
  }
}

function columns(rows: readonly (readonly [string, string])[]): Line[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => plain(`  ${left.padEnd(width)}  ${right}`))
}
