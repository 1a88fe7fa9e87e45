import { expect, test } from 'vitest';
import { differences, refusalOf } from '../src/coordinator/fleet.ts';
import type { WorkerDescription } from '../src/protocol/self-description.ts';

const WORKER: WorkerDescription = {
  name: 'w1',
  protocol: 1,
  host: 'box',
  pid: 1,
  slots: 2,
  labels: ['gpu'],
  lease: 60_000,
  sage: '1.0.0',
  node: 'v24.1.0',
  git: '2.39.5',
  platform: 'linux x64',
  sandbox: false,
  agents: [
    { name: 'claude', version: '2.0.1', signedIn: true },
    { name: 'codex', version: '0.9.0', signedIn: false },
  ],
  since: '2026-01-01T00:00:00.000Z',
};

test.each([
  [['agent:claude'], undefined],
  [['agent:claude', 'label:gpu'], undefined],
  [['agent:gemini'], 'gemini is not installed there'],
  [['agent:codex'], 'codex is not signed in there'],
  [['agent:claude', 'sandbox'], 'it has no sandbox'],
])('a worker with needs %j: %s', (needs, reason) => {
  expect(refusalOf(WORKER, { needs })).toBe(reason);
});

test('a worker of another version of the protocol gets nothing', () => {
  expect(refusalOf({ ...WORKER, protocol: 2, sage: '9.9.9' }, { needs: [] })).toBe(
    'its sage 9.9.9 speaks version 2 of the protocol, but this one speaks version 1: install the same sage there',
  );
});

test('what differs between two machines is named, and what is the same is not', () => {
  const own = { sage: '1.0.0', node: 'v22.18.0', git: '2.39.5', agent: { name: 'claude', version: '2.0.0' } };
  expect(differences(WORKER, { own, lease: 60_000 })).toEqual([
    'node v24.1.0 (here v22.18.0)',
    'claude 2.0.1 (here 2.0.0)',
  ]);
  expect(differences(WORKER, { own: { ...own, node: 'v24.1.0', agent: undefined }, lease: 30_000 })).toEqual([
    'lease 60 s (here 30 s)',
  ]);
});
