import type { AttemptCategory } from '@sage/workers';
import * as z from 'zod';
import { PROTOCOL } from './names.ts';

/** The maximum characters of a text and entries of a list that workers and coordinators accept. */
const MAX_TEXT_CHARACTERS = 1_000_000;
const MAX_LIST_ITEMS = 20_000;

const text = z.string().max(MAX_TEXT_CHARACTERS);
const name = z.string().min(1).max(1000);
const list = z.array(text).max(MAX_LIST_ITEMS);
const commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const milliseconds = z.number().int().positive();
/** Rejects anything that git would take for an option, or for a program to run. */
const address = z.string().max(4000).refine(isAddress, 'is not an address that a worker fetches from');
const ref = z.string().max(1000).refine(isOwnRef, 'is not a ref of Sage on a remote');

/** Complete; the compiler checks it. */
const CATEGORIES = {
  agent_failed: true,
  no_changes: true,
  timeout: true,
  stalled: true,
  missing_dependencies: true,
  persistent_test_failure: true,
  validation_script_error: true,
  external_blocker: true,
  user_rejected: true,
  merge_conflict: true,
  cannot_land: true,
  budget: true,
  tampering: true,
} satisfies Record<AttemptCategory, true>;
const category = z.enum(Object.keys(CATEGORIES) as AttemptCategory[]);

const check = z.strictObject({
  name: text,
  command: text,
  successPattern: text.optional(),
  retries: z.number().int().min(0),
  otherwise: z.enum(['fail', 'defer']),
  category,
});

const failedCheck = z.strictObject({ check, reason: text, output: text, broken: z.boolean() });

const previous = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failure'), reason: text, output: text.optional() }),
  z.strictObject({ kind: z.literal('conflict'), files: list, tickets: list }),
  z.strictObject({ kind: z.literal('rejected'), reason: text, output: text }),
  z.strictObject({ kind: z.literal('checks'), failed: z.array(failedCheck) }),
  z.strictObject({ kind: z.literal('comment'), text, here: z.boolean() }),
]);

const ticket = z.strictObject({
  id: name,
  title: text,
  type: text,
  component: text,
  description: text.optional(),
  acceptanceCriteria: list.optional(),
  docs: z.record(text, text).optional(),
  files: list.optional(),
  checks: z.array(check).optional(),
  raw: z.unknown().optional(),
});

/** The common part of attempts and checks. It contains no secrets. */
const common = {
  v: z.literal(PROTOCOL),
  runId: name,
  /** Increases with each try of a ticket or a check. Answers to older tries are never accepted. */
  fence: z.number().int().min(1),
  repoUrl: address,
  /** The ref from which the commit can be fetched. */
  baseRef: ref,
  author: z.strictObject({ name: text, email: text }),
  protect: z.strictObject({
    paths: list,
    names: list,
    member: z.strictObject({ name: text, member: text }).optional(),
  }),
  agent: z.strictObject({
    name,
    model: text.optional(),
    permissions: z.enum(['edits', 'all', 'none']).optional(),
    allow: list,
    environment: list,
    secrets: list,
    template: text.optional(),
    asks: z.boolean(),
  }),
  worktrees: z.strictObject({
    keepIgnored: z.boolean().optional(),
    setup: text.optional(),
    teardown: text.optional(),
  }),
  sandbox: z
    .strictObject({
      network: z.boolean().optional(),
      writable: list.optional(),
      hidden: list.optional(),
      sockets: z.union([list, z.boolean()]).optional(),
    })
    .optional(),
  limits: z.strictObject({
    timeout: milliseconds.optional(),
    idleTimeout: milliseconds.optional(),
    maxOutput: milliseconds.optional(),
    maxProcesses: milliseconds.optional(),
    maxDisk: milliseconds.optional(),
    /** How many commits of history a worker fetches; all by default. */
    depth: milliseconds.optional(),
  }),
  /** Milliseconds since 1970 by the broker's clock. It is not started after this time. */
  deadline: milliseconds,
};

/** An attempt as sent through the broker: version 1. */
export const payloadSchema = z.strictObject({
  ...common,
  ticketId: name,
  attempt: z.number().int().min(1),
  base: commit,
  /** The ref that the work is pushed to. */
  resultRef: ref,
  ticket,
  message: text,
  dependencies: z.array(z.strictObject({ id: name, title: text })).optional(),
  previous: previous.optional(),
  /** Whether a person reviews the work before the attempt ends. */
  reviewed: z.boolean(),
});

/** A command that has to pass on a commit: version 1. */
export const checkSchema = z.strictObject({
  ...common,
  commit,
  command: text,
  timeout: milliseconds.optional(),
});

export type CheckPayload = z.infer<typeof checkSchema>;

/** The result of a check. */
export const verdictSchema = z.strictObject({
  v: z.literal(PROTOCOL),
  fence: z.number().int(),
  worker: name,
  ok: z.boolean(),
  output: text,
});

export type Payload = z.infer<typeof payloadSchema>;

/** The maximum characters of a text in an answer, which goes into the journal. */
const MAX_TOLD_CHARACTERS = 25_000;
const told = z.string().max(MAX_TOLD_CHARACTERS);
const toldList = z.array(told).max(MAX_LIST_ITEMS);
/** No run adds up to more than this. */
const figure = z.number().nonnegative().max(1e15);

export type CheckAnswer = z.infer<typeof verdictSchema>;

/** How an attempt ended on a worker. */
export const answerSchema = z.strictObject({
  v: z.literal(PROTOCOL),
  fence: z.number().int(),
  worker: name,
  outcome: z.enum([
    'completed',
    'deferred',
    'failed',
    'rate-limited',
    'account-refused',
    'machine-failed',
    'interrupted',
  ]),
  category: category.optional(),
  reason: told.optional(),
  summary: told.optional(),
  retryAfter: figure.optional(),
  /** What was pushed to the result's ref; absent if nothing changed. */
  head: commit.optional(),
  ignoredFiles: toldList,
  notes: toldList.optional(),
  denied: toldList.optional(),
  drift: toldList,
  exitCode: z.number().int().nullable(),
  seconds: figure,
  /** Bytes that the agent printed. */
  output: figure,
  tokens: figure.optional(),
  inputTokens: figure.optional(),
  outputTokens: figure.optional(),
  cachedTokens: figure.optional(),
  costUsd: figure.optional(),
});

export type Answer = z.infer<typeof answerSchema>;

const report = z.looseObject({
  text: text,
  denied: list,
  activity: text.optional(),
  tokens: figure.optional(),
  costUsd: figure.optional(),
  retries: figure.optional(),
});

/** Messages of a worker during an attempt. */
export const saidSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('started'), fence: z.number(), worker: name }),
  z.strictObject({ kind: z.literal('report'), fence: z.number(), report }),
  z.strictObject({ kind: z.literal('quiet'), fence: z.number(), seconds: figure }),
  z.strictObject({
    kind: z.literal('permission'),
    fence: z.number(),
    question: z.number().int(),
    title: text,
    /** The kind of the request in the Agent Client Protocol. */
    request: text,
    paths: list,
  }),
  z.strictObject({
    kind: z.literal('review'),
    fence: z.number(),
    question: z.number().int(),
    ref,
    head: commit,
    summary: text.optional(),
    passed: list,
  }),
]);

export type Said = z.infer<typeof saidSchema>;

/** Orders of a coordinator to a running attempt. */
export const orderSchema = z.discriminatedUnion('kind', [
  /** End the agent, and keep its work. */
  z.strictObject({ kind: z.literal('stop'), fence: z.number() }),
  z.strictObject({ kind: z.literal('kill'), fence: z.number() }),
  z.strictObject({ kind: z.literal('allowed'), fence: z.number(), question: z.number(), yes: z.boolean() }),
  z.strictObject({
    kind: z.literal('reviewed'),
    fence: z.number(),
    question: z.number(),
    review: z.discriminatedUnion('verdict', [
      z.strictObject({ verdict: z.enum(['accepted', 'quit']) }),
      z.strictObject({ verdict: z.literal('deferred'), reason: text }),
      z.strictObject({ verdict: z.literal('sent-back'), comment: text }),
    ]),
  }),
]);

export type Order = z.infer<typeof orderSchema>;

function isAddress(text: string): boolean {
  if (/[\p{Cc}]/u.test(text)) return false;
  const url = /^(?:file|git|https?|ssh):\/\/(?:[^@/]*@)?(.*)$/s.exec(text);
  if (url) return url[1] !== '' && !url[1]?.startsWith('-');
  return /^\/./.test(text) || /^(?:[\w.-]+@)?\w[\w.-]*:(?!:|\/\/|-)./.test(text);
}

function isOwnRef(text: string): boolean {
  const path = /^refs\/sage\/(?:work|base)\/([\w./-]+)$/.exec(text)?.[1];
  return path?.split('/').every((part) => /^\w/.test(part) && !/\.\.|\.lock$|\.$/.test(part)) ?? false;
}
