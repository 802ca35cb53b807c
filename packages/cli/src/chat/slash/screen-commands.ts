/** Commands about the connection and the screen. */
import type { SlashCommand } from './slash-command.ts'

export const reconnectCommand: SlashCommand = {
  names: ['reconnect'],
  argument: '',
  help: 'connect again, now',
  run: (_, { session }) => {
    session.reconnect()
    return []
  },
}

export const clearCommand: SlashCommand = {
  names: ['clear'],
  argument: '',
  help: 'clear the screen; the conversation stays',
  run: (_, { session }) => {
    session.emit({ type: 'clearScreen' })
    return []
  },
}

export const exitCommand: SlashCommand = {
  names: ['exit', 'quit'],
  argument: '',
  help: 'leave',
  run: (_, { session }) => {
    session.emit({ type: 'leave' })
    return []
  },
}
