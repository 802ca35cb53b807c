import { EventEmitter } from 'node:events'
import { WriteStream } from 'node:tty'
import { expect, test, vi } from 'vitest'
import { TerminalOutput } from './terminal-output.ts'

/** A terminal of this size that takes no writes. */
function terminalOf(columns: number, rows: number): WriteStream {
  const terminal: WriteStream = Object.create(WriteStream.prototype)
  EventEmitter.call(terminal)
  return Object.assign(terminal, { columns, rows })
}

test('what Ink writes is handed on at once', () => {
  const onWrite = vi.fn<(text: string) => void>()
  const output = new TerminalOutput({
    terminal: terminalOf(80, 24),
    onWrite,
    onResize: vi.fn<() => void>(),
  })
  output.write('a frame')
  expect(onWrite).toHaveBeenCalledExactlyOnceWith('a frame')
})

test('the compositor hears of another size before Ink does', () => {
  const terminal = terminalOf(80, 24)
  const heard: string[] = []
  const output = new TerminalOutput({
    terminal,
    onWrite: vi.fn<() => void>(),
    onResize: ({ columns, rows }) => heard.push(`compositor ${columns}×${rows}`),
  })
  output.on('resize', () => heard.push(`Ink ${output.columns}`))
  Object.assign(terminal, { columns: 60, rows: 20 })
  terminal.emit('resize')
  expect(heard).toEqual(['compositor 60×20', 'Ink 60'])
  output.destroy()
  expect(terminal.listenerCount('resize')).toBe(0)
})
