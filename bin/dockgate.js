#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// Pushes wait for the disk on these threads, and the more of them wait at once, the more share one wait. The number is
// read when the first of them starts, which loading an ES module does: hence this file is CommonJS.
process.env.UV_THREADPOOL_SIZE ??= '16';

const program = join(__dirname, '..', 'dist', 'cli', 'run.js');

async function main() {
  if (existsSync(program)) {
    const { run } = await import(pathToFileURL(program).href);
    process.exitCode = await run(process.argv.slice(2));
  } else {
    process.stderr.write(
      'dockgate has not been built yet: run "npm run build" in its directory, then try again\n',
    );
    process.exitCode = 1;
  }
}

void main();
