import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composePayload, type Equipment, needsOf } from '../src/coordinator/compose-payload.ts';
import { baseRef, isQueueName, jobId, needsOfQueue, queueName, resultRef } from '../src/protocol/names.ts';
import { answerSchema, type Payload, payloadSchema, saidSchema } from '../src/protocol/payload.ts';

const BASE = 'a'.repeat(40);
const EQUIPMENT: Equipment = {
  agent: { name: 'claude', allow: ['npm test'], environment: ['CI'], secrets: ['TOKEN'] },
  worktrees: { setup: 'npm ci' },
  sandbox: undefined,
  limits: { timeout: 60_000, idleTimeout: undefined },
  protectedPaths: ['.sage/tickets/index.json'],
};

function payload(id = 'T-1'): Payload {
  const request = {
    run: 'r1',
    worker: 1,
    attempt: 1,
    ticket: { id, title: 'Title', type: 'task', component: 'T', raw: { id } },
    base: BASE,
    message: 'feat: Title',
  };
  const author = { name: 'Una', email: 'una@example.org' };
  const url = 'ssh://git@example.org/repo.git';
  return {
    ...composePayload(request, {}, { equipment: EQUIPMENT, url, author }),
    fence: 7,
    baseRef: baseRef('r1', BASE),
    resultRef: resultRef(id, 1, 7),
    deadline: 1,
  };
}

test('what a coordinator sends is what a worker takes, whatever the ticket is called', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }), (id) => {
      const sent = JSON.parse(JSON.stringify(payload(id))) as unknown;
      expect(payloadSchema.parse(sent)).toEqual(sent);
      expect(jobId('r1', id, 1)).not.toMatch(/[:\s/]/);
    }),
  );
});

test('names of secrets travel, and no value of the environment does', () => {
  const text = JSON.stringify(payload());
  expect(text).toContain('TOKEN');
  for (const value of [process.env['HOME'], process.env['PATH']]) expect(text).not.toContain(value);
});

test.each<[string, Partial<Record<keyof Payload, unknown>>]>([
  ['another version', { v: 2 }],
  ['a fence that is none', { fence: 0 }],
  ['a fence that is a text', { fence: '7' }],
  ['a commit that is an option', { base: '--upload-pack=touch /tmp/x' }],
  ['a commit that is a branch', { base: 'main' }],
  ['an address that names a program', { repoUrl: 'ext::sh -c touch% /tmp/x' }],
  ['an address that is an option', { repoUrl: '--upload-pack=evil' }],
  ['an address whose host is an option', { repoUrl: 'ssh://-oProxyCommand=evil/x' }],
  ['a transport helper', { repoUrl: 'fd::17' }],
  ['a ref of the user', { resultRef: 'refs/heads/main' }],
  ['a ref that leads out', { resultRef: 'refs/sage/work/../../heads/main' }],
  ['a refspec', { baseRef: 'refs/sage/base/x:refs/heads/main' }],
  ['a base ref that leads out', { baseRef: 'refs/sage/base/../../../config' }],
  ['a limit that is none', { limits: { timeout: -1 } }],
  ['a key that nobody knows', { command: 'rm -rf /' } as never],
  ['a ticket without an id', { ticket: { title: 'x' } }],
  ['an id without end', { ticketId: 'x'.repeat(1001) }],
  ['a message without end', { message: 'x'.repeat(1_000_001) }],
])('a worker refuses %s', (_, change) => {
  expect(payloadSchema.safeParse({ ...payload(), ...change }).success).toBe(false);
});

test('whatever is no payload is refused without an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(payloadSchema.safeParse(value).success).toBe(false);
      expect(answerSchema.safeParse(value).success).toBe(false);
      expect(saidSchema.safeParse(value).success).toBe(false);
    }),
  );
});

test('addresses that people use for git pass', () => {
  const good = [
    'https://example.org/a/b.git',
    'ssh://git@example.org:22/a.git',
    'git@example.org:a/b.git',
    'host:path/to/repo.git',
    'file:///srv/repo.git',
    '/srv/git/repo.git',
    'http://127.0.0.1:8080/repo.git',
  ];
  for (const repoUrl of good) expect(payloadSchema.safeParse({ ...payload(), repoUrl }).success).toBe(true);
});

test('a queue is known by what it needs, in any order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary' })), (needs) => {
      const wellFormed = needs.filter((need) => need.isWellFormed());
      const name = queueName(wellFormed);
      expect(name).not.toContain(':');
      expect(new Set(needsOfQueue(name))).toEqual(new Set(wellFormed));
      expect(queueName(wellFormed.toReversed())).toBe(name);
    }),
  );
});

test('an attempt needs its agent, its labels, and a sandbox where there is one', () => {
  expect(needsOf({}, EQUIPMENT)).toEqual(['agent:claude']);
  const request = { selection: { agent: 'codex' }, labels: ['gpu'] };
  expect(needsOf(request, { ...EQUIPMENT, sandbox: {} })).toEqual(['agent:codex', 'label:gpu', 'sandbox']);
});

test('a name in the broker is a queue where it is one that needs make', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (needs) =>
      isQueueName(queueName(needs)),
    ),
  );
  for (const name of [
    '',
    'x',
    'attempts+%',
    'attempts+%FF',
    'attempts+b+a',
    'attempts+a+a',
    'attempts+label:x',
  ])
    expect(isQueueName(name)).toBe(false);
});

test('a figure that no run adds up to is no answer', () => {
  const answer = {
    v: 1,
    fence: 1,
    worker: 'w',
    outcome: 'completed',
    ignoredFiles: [],
    drift: [],
    exitCode: 0,
    seconds: 1,
    output: 0,
  };
  expect(answerSchema.safeParse(answer).success).toBe(true);
  expect(answerSchema.safeParse({ ...answer, costUsd: 1e308 }).success).toBe(false);
});
