#!/usr/bin/env node
// Plain JavaScript of the oldest kind, so that an old Node can still say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`ERROR: sage needs Node 22.18 or newer, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  void import('../bundle/main.js')
    .then(({ main }) => main(process.argv.slice(2)))
    .finally(() => {
      // Whatever a failure has left open does not keep the process.
      if (process.exitCode) setTimeout(() => process.exit(), 2000).unref();
    });
}
