/**
 * The addon that gives a headless terminal its grapheme widths. It decodes its table into a Buffer and then reads from the
 * start of the memory behind it, which is another's where the Buffer comes from the pool (`Buffer.poolSize`, 64 KiB in
 * Node 26): then its import fails with "Data error". Without a pool it reads what it decoded.
 */
const { poolSize } = Buffer
Buffer.poolSize = 0
const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes')
Buffer.poolSize = poolSize

export { UnicodeGraphemesAddon }
