import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Whether Redis is installed. */
export const hasRedis = isInstalled();

/**
 * A separate Redis on 127.0.0.1 with the settings that a broker should have: everything is persisted, and nothing is
 * evicted.
 */
export interface TestRedis {
  readonly address: string;
  readonly pid: number;
  /** Starts it again with the data on its disk. */
  start(): Promise<void>;
  /** `SIGKILL` by default. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** The server ends with the process that started it. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const folder = temporaryFolder();
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  words.push('--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction');
  let server: ChildProcess | undefined;
  const start = async () => {
    const started = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = started;
    const kill = () => started.kill('SIGKILL');
    process.once('exit', kill);
    started.once('exit', () => process.off('exit', kill));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      started.stdout.on('data', (chunk: Buffer) => {
        said += String(chunk);
        if (said.includes('Ready to accept connections')) resolve();
      });
      started.once('exit', () => reject(new Error(`redis-server has ended: ${said}`)));
    });
  };
  await start();
  return {
    address: `redis://127.0.0.1:${port}`,
    get pid() {
      return server?.pid ?? 0;
    },
    start,
    async stop(signal = 'SIGKILL') {
      const stopped = server;
      if (!stopped || stopped.exitCode !== null || stopped.signalCode !== null) return;
      const ended = new Promise((resolve) => stopped.once('exit', resolve));
      stopped.kill(signal);
      await ended;
    },
  };
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
