import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds, taken from time to time. */
export interface Sample {
  readonly megabytes: number;
  readonly files: number;
}

/** Samples a process until it is gone; Linux only. */
export function watchProcess(pid: number, every: number): { samples: Sample[]; stop: () => void } {
  const samples: Sample[] = [];
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      samples.push({ megabytes: kilobytes / 1024, files: readdirSync(`/proc/${pid}/fd`).length });
    } catch {
      // It has ended.
    }
  }, every);
  return { samples, stop: () => clearInterval(timer) };
}

/** Processes of this user whose environment holds these words. */
export function processesWith(words: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(words);
    } catch {
      return false;
    }
  });
}
