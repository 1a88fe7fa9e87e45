import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The cores that this process may use: its CPU affinity, limited by the CPU quota of its cgroup. Node's
 * `availableParallelism` ignores the quota if cgroup version 1 mounts the cpu controller separately.
 */
export function usableCores(): number {
  return Math.min(availableParallelism(), Math.max(1, Math.floor(cgroupQuota('/') ?? Infinity)));
}

/**
 * The CPU quota in cores: the smallest of the cgroup and its parents (cgroups(7), version 1 and 2), or `undefined` if
 * there is none. `root` is the folder that contains `proc` and `sys`.
 */
export function cgroupQuota(root: string): number | undefined {
  const quotas: number[] = [];
  for (const line of read(join(root, 'proc/self/cgroup')).split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const isV2 = controllers === '';
    if (!isV2 && !controllers.split(',').includes('cpu')) continue;
    const mount = join(root, 'sys/fs/cgroup', isV2 ? '' : controllers);
    // In a container the path may be the host's, with only the root visible. Missing folders set no limit.
    for (let group = path; ; group = dirname(group)) {
      const quota = isV2 ? quotaV2(join(mount, group)) : quotaV1(join(mount, group));
      if (quota > 0) quotas.push(quota);
      if (group === '/') break;
    }
  }
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}

/** `cpu.max` is `<quota> <period>` in microseconds, or `max <period>`. */
function quotaV2(folder: string): number {
  const [quota, period] = read(join(folder, 'cpu.max')).split(' ');
  return Number(quota) / Number(period);
}

/** -1 means no quota. */
function quotaV1(folder: string): number {
  return Number(read(join(folder, 'cpu.cfs_quota_us'))) / Number(read(join(folder, 'cpu.cfs_period_us')));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
