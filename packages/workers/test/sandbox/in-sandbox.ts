import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { bubblewrap } from '../../src/sandbox/bubblewrap.ts';
import { sandboxed, type SandboxPlaces } from '../../src/sandbox/sandbox.ts';
import type { SandboxSettings } from '../../src/sandbox/sandbox-settings.ts';

/** HOME, a checkout and a worktree, where what is in `/tmp` outside is not seen. */
export function places() {
  const top = temporaryFolder();
  for (const folder of ['home/.cargo', 'checkout/.git/objects', 'cache/w', 'cache/other'])
    mkdirSync(join(top, folder), { recursive: true });
  const [home, root, worktree] = ['home', 'checkout', 'cache/w'].map((name) => join(top, name)) as [
    string,
    string,
    string,
  ];
  const commonDir = join(root, '.git');
  return { top, home, root, worktree, commonDir, variables: { HOME: home } };
}

/** What a shell line prints in a sandbox. `meanwhile` is done by somebody outside before its last line. */
export async function inSandbox(
  line: string,
  settings: SandboxSettings,
  made: ReturnType<typeof places> & Pick<SandboxPlaces, 'scope' | 'filter'>,
  meanwhile: () => void | Promise<void> = () => {},
): Promise<string> {
  const program = bubblewrap(made.root);
  const waiting = `echo ready; read -r go; ${line}`;
  const [first, ...words] = [...sandboxed(settings, { ...made, program }), 'sh', '-c', waiting];
  const running = execa(first, words, { reject: false, env: made.variables });
  running.stdout.once('data', () => {
    void Promise.resolve(meanwhile()).then(() => running.stdin.end('go\n'));
  });
  return (await running).stdout.replace(/^ready\n?/, '');
}

/** As `places`, where Node is seen. */
export function withNode() {
  const made = places();
  return { ...made, variables: { ...made.variables, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } };
}

/** A command that connects to a socket and prints what came of it. */
export function connecting(to: string): string {
  const script = 'const [to] = process.argv.slice(1); require("net").connect(to.replace("@", "\\0"))';
  const told = `.on("connect", () => { console.log("reached"); process.exit() }).on("error", ({ code }) => console.log(code))`;
  return `'${process.execPath}' -e '${script}${told}' '${to}'`;
}

/** A server of the user's, until the test is over. */
export async function listening(where: string): Promise<void> {
  const server = createServer((socket) => socket.end());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    server.listen(where, resolve);
  });
}
