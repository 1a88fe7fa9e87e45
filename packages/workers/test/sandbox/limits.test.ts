// What SECURITY.md does not promise, by the words with which it says so: a test that fails here has closed a gap.
import { mkdirSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxVersion } from '../../src/index.ts';
import { connecting, inSandbox, listening, places, withNode } from './in-sandbox.ts';

const installed = (await sandboxVersion('/')) !== undefined;

test.skipIf(!installed)(
  'In a folder that `writable` names, or one with more than 300 entries, only the keys that exist when a command starts are hidden',
  async () => {
    const made = places();
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, at) => [`.config/${at}`, '']));
    put(made.home, { '.cargo/credentials.toml': 'old', ...many, '.config/hub': 'old' });
    const later = () => {
      put(made.home, { '.cargo/credentials': 'made', '.config/gh/hosts.yml': 'made', new: 'anew' });
      renameSync(join(made.home, 'new'), join(made.home, '.config/hub'));
    };
    const line = `cd ~; cat .cargo/credentials.toml .config/hub`;
    const settings = { writable: ['~/.cargo'] };
    expect(await inSandbox(line, settings, made)).toBe('');
    expect(await inSandbox(`${line} .cargo/credentials .config/gh/hosts.yml`, settings, made, later)).toBe(
      'anewmademade',
    );
  },
);

test.skipIf(!installed)(
  '`hidden` is a list of known places: a command in the sandbox can read everything else that you can read',
  async () => {
    const made = places();
    put(made.root, { '.env': 'key' });
    expect(await inSandbox(`cat '${made.root}/.env'`, {}, made)).toBe('key');
  },
);

test.skipIf(!installed)(
  'With `sockets: true`, or a list of sockets, commands can make Unix sockets, and connect to some of yours',
  async () => {
    const made = withNode();
    mkdirSync(join(made.home, 'later'));
    const later = join(made.home, 'later/s.sock');
    expect(await inSandbox(connecting(later), { sockets: true }, made, () => listening(later))).toBe(
      'reached',
    );
  },
);

test.skipIf(!installed)(
  'With network, a command in the sandbox reaches the internet and servers on 127.0.0.1',
  async () => {
    const server = createServer((socket) => socket.end());
    onTestFinished(() => void server.close());
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const made = withNode();
    expect(await inSandbox(connecting(String(port)), {}, made)).toBe('reached');
    expect(await inSandbox(connecting(String(port)), { network: false }, made)).toBe('ECONNREFUSED');
  },
);
