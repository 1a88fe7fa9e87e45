import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

/** What no sandboxed command may read: it stands in every file of keys, and in variables. */
export const SECRET = 'arena-secret';

/** A user's HOME with keys, settings of agents and sockets, a checkout, and somewhere else to write to. */
export interface Arena {
  readonly home: string;
  readonly root: string;
  /** Scripts of the attacks, by ticket. */
  readonly scripts: string;
  /** A folder in the system's folder of temporary files. */
  readonly temporary: string;
}

const HOME_FILES: Readonly<Record<string, string>> = {
  '.bashrc': 'true\n',
  '.ssh/id_ed25519': SECRET,
  '.aws/credentials': SECRET,
  '.git-credentials': SECRET,
  'dotfiles/npmrc': SECRET,
  '.codex/auth.json': SECRET,
  '.codex/config.toml': '\n',
  '.claude/settings.json': '{}\n',
  '.claude/.credentials.json': '{}\n',
  '.claude/commands/review.md': 'review\n',
  '.claude.json': '{}\n',
  'outside/canary': 'canary\n',
  'outside/alternates': 'canary\n',
  'outside/info/alternates': 'canary\n',
};

/** Puts everything as it was before an attack. */
export function restore({ home, root }: Arena): void {
  for (const name of readdirSync(home))
    if (name !== '.cache' && !name.endsWith('.sock'))
      rmSync(join(home, name), { recursive: true, force: true });
  for (const [path, text] of Object.entries(HOME_FILES)) write(join(home, path), text);
  symlinkSync('dotfiles/npmrc', join(home, '.npmrc'));
  write(join(root, '.sage/runs/other/T/1/output.log'), SECRET);
}

/** Programs that mark every use of them, first on PATH. Returns that PATH. */
export function plantPrograms({ home, root }: Arena, path: string): string {
  const folders = [join(root, 'node_modules/.bin'), join(root, 'bin')];
  for (const folder of folders)
    for (const name of ['git', 'bwrap', 'ps']) {
      write(join(folder, name), `#!/bin/sh\necho evil > '${home}/outside/mark'\n`);
      chmodSync(join(folder, name), 0o755);
    }
  return [...folders, '.', path].join(':');
}

/** Everything of the user's that an attack could have changed, as one line each. */
export function fingerprint({ home, root }: Arena): string[] {
  const own = (path: string) => path.startsWith('.cache/') || path.endsWith('.sock');
  const sage =
    /^(\.sage\/runs\/(?!other)|\.git\/(objects(?!\/00\/0{9})|refs\/sage|logs|sage-|packed-refs|index|gc\.))/;
  return [
    ...walk(home).filter((line) => !own(line)),
    ...walk(root).filter((line) => !sage.test(line)),
  ].toSorted();
}

function walk(top: string, below = ''): string[] {
  return readdirSync(join(top, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    const full = join(top, path);
    if (entry.isDirectory()) return [`${path}/`, ...walk(top, path)];
    const { mode, mtimeMs } = lstatSync(full);
    if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(full)}`];
    const content = entry.isFile() ? readFileSync(full) : '';
    return [`${path} ${mode} ${mtimeMs} ${createHash('sha256').update(content).digest('hex').slice(0, 12)}`];
  });
}

/** Servers of the user that a command might talk to: by three files, a name without a file, and a port. */
export async function serve(
  { home, temporary }: Arena,
  abstract: string,
): Promise<{ port: number; close: () => void }> {
  const servers: Server[] = [];
  const listen = async (where: string | { port: number; host: string }) => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => {
      server.listen(where, resolve);
    });
    servers.push(server);
    return server;
  };
  await listen(join(home, 'service.sock'));
  // From the folder that this process works in, which is the one that HOME is in.
  await listen('home/relative.sock');
  await listen(join(temporary, 'session.sock'));
  await listen(`\0${abstract}`);
  const later = join(home, '.cache/later');
  mkdirSync(later);
  // One after the other, so that there is a new one whenever an attack looks.
  const clock = setInterval(() => {
    void listen(join(later, `${Date.now()}.sock`)).then((server) => setTimeout(() => server.close(), 5_000));
  }, 500);
  const tcp = await listen({ port: 0, host: '127.0.0.1' });
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => {
    clearInterval(clock);
    for (const server of servers) server.close();
  };
  return { port, close };
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
