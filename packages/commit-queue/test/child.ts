import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./process-child.ts', import.meta.url));

/** Starts process-child.ts, in a process group of its own. */
export function start(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(
    process.execPath,
    ['--conditions=@sage/source', '--disable-warning=ExperimentalWarning', script, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
      env: { ...process.env, ...variables },
    },
  );
}

export async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  const [chunk]: unknown[] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

/** Resolves when it has printed that many lines, or has ended. */
export async function afterLines(child: ChildProcess, lines: number): Promise<void> {
  let seen = 0;
  for await (const chunk of child.stdout ?? []) {
    seen += String(chunk).split('\n').length - 1;
    if (seen >= lines) return;
  }
}

/** Runs it to its end and returns the exit code. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
