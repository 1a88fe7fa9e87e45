import { availableParallelism } from 'node:os';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { cgroupQuota, usableCores } from '../src/cores.ts';

function quotaWith(files: Record<string, string>): number | undefined {
  const root = temporaryFolder();
  put(root, files);
  return cgroupQuota(root);
}

test('version 2: the smallest quota of the group and those around it', () => {
  const files = {
    'proc/self/cgroup': '0::/a/b\n',
    'sys/fs/cgroup/a/b/cpu.max': '400000 100000\n',
    'sys/fs/cgroup/a/cpu.max': '150000 100000\n',
  };
  expect(quotaWith(files)).toBe(1.5);
  expect(quotaWith({ ...files, 'sys/fs/cgroup/a/cpu.max': 'max 100000\n' })).toBe(4);
});

test('version 1: the cpu controller, by itself or beside cpuacct', () => {
  for (const controllers of ['cpu', 'cpu,cpuacct']) {
    const group = `sys/fs/cgroup/${controllers}/x`;
    const files = {
      'proc/self/cgroup': `3:cpuset:/\n1:${controllers}:/x\n0::/\n`,
      [`${group}/cpu.cfs_quota_us`]: '200000\n',
      [`${group}/cpu.cfs_period_us`]: '100000\n',
    };
    expect(quotaWith(files)).toBe(2);
    expect(quotaWith({ ...files, [`${group}/cpu.cfs_quota_us`]: '-1\n' })).toBeUndefined();
  }
});

test('a path of the host, with only the root of the mount visible', () => {
  expect(quotaWith({ 'proc/self/cgroup': '0::/kube/pod1\n', 'sys/fs/cgroup/cpu.max': '50000 100000' })).toBe(
    0.5,
  );
});

test('no cgroup, no limit', () => {
  expect(quotaWith({})).toBeUndefined();
  expect(quotaWith({ 'proc/self/cgroup': '0::/\n' })).toBeUndefined();
});

test('usableCores is a whole number between 1 and what Node counts', () => {
  expect(Number.isInteger(usableCores())).toBe(true);
  expect(usableCores()).toBeGreaterThanOrEqual(1);
  expect(usableCores()).toBeLessThanOrEqual(availableParallelism());
});
