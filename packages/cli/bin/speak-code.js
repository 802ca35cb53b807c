#!/usr/bin/env node
// The entry point. Old syntax and no static import, so that an old Node gets as far as the sentence below.
var needed = [22, 18]
var found = process.versions.node.split('.').map(Number)

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    'error: speak-code needs Node.js ' +
      needed.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '.\nGet a newer one from https://nodejs.org/en/download or with a version manager: `fnm install 24`, `nvm install 24`.\n',
  )
  process.exit(1)
} else {
  // React chooses its build by it when it is imported.
  if (process.env.NODE_ENV === undefined) process.env.NODE_ENV = 'production'
  void start()
}

async function start() {
  var module = await import('node:module')
  if (module.enableCompileCache !== undefined) module.enableCompileCache()
  var fs = await import('node:fs')
  var built = new URL('../dist/main.js', import.meta.url)
  await import(
    fs.existsSync(built) ? built.href : new URL('../bundle/main.js', import.meta.url).href
  )
}
