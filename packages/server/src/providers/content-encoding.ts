/** Takes the compression off a body as it arrives: each chunk comes out as soon as it came in. */
import { pipeline, type Readable } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createInflate,
  createUnzip,
  createZstdDecompress,
} from 'node:zlib'

const ZLIB_OPTIONS = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI_OPTIONS = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
}

function decompressor(encoding: string) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createUnzip(ZLIB_OPTIONS)
    case 'deflate':
      return createInflate(ZLIB_OPTIONS)
    case 'br':
      return createBrotliDecompress(BROTLI_OPTIONS)
    case 'zstd':
      return createZstdDecompress()
    default:
      return undefined
  }
}

/**
 * The body without its `content-encoding`; the body itself where there is none that we know.
 * Destroying the result destroys the body, and an error of the body is an error of the result.
 */
export function decompressed(body: Readable, encoding: string): Readable {
  const stage = decompressor(encoding.trim().toLowerCase())
  if (stage === undefined) return body
  pipeline(body, stage, () => {})
  return stage
}
