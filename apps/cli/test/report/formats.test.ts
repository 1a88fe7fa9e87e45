import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { inline, reportAsMarkdown } from '../../src/report/markdown.ts';
import { reportAsText } from '../../src/report/text.ts';
import { attempt, begin, finish, landing, reportFrom } from './run-fixture.ts';

const reportWith = (title: string) =>
  reportFrom([
    begin(['A-1', 'A-2', 'A-3']),
    ...attempt(
      { ticket: 'A-1', title, from: 0, to: 90 },
      { outcome: 'completed', tokens: 1_200, costUsd: 0.5, drift: ['b.ts'] },
    ),
    ...landing('A-1', 91),
    ...attempt(
      { ticket: 'A-2', title, from: 0, to: 80, worker: 2 },
      { outcome: 'failed', reason: 'no key', telling: ['401'] },
    ),
    {
      at: 80,
      event: 'ticket.deferred',
      ticket: 'A-2',
      category: 'agent_failed',
      reason: 'no key',
      attempts: 1,
    },
    { at: 92, event: 'ticket.blocked', ticket: 'A-3', by: ['A-2'] },
    finish(95),
  ]);
const textOn = (columns: number, title: string) =>
  reportAsText(reportWith(title), { colors: createColors(false), columns })
    .trimEnd()
    .split('\n');

test('as text', () => {
  expect(textOn(80, 'Put the drinks on the menu')).toEqual([
    'run r1 on sage/2026-11-23-fd4133, finished',
    '1 landed, 1 deferred, 1 blocked',
    '2 min, 1 min less than one worker; 1200 tokens, $0.50',
    '',
    'Landed',
    '  A-1             cccccccccc  2 min    1200 tokens, $0.50  Put the drinks on th…',
    '',
    'Not landed',
    '  A-2             agent_failed: no key',
    '                  | 401',
    '                  sage logs A-2',
    '                  sage retry A-2',
    '  A-3             blocked by A-2',
    '',
    'To look at',
    '  A-1             drift: not declared: b.ts',
    '',
    'Agents',
    '  claude          2 attempts, 1 landed, 3 min, 1200 tokens, $0.50',
    '',
    'And now',
    '  git log --oneline bbbbbbbbbb..sage/2026-11-23-fd4133',
    '  git switch main && git merge sage/2026-11-23-fd4133',
    '  sage pr',
  ]);
});

test('a reason that is too long for its line goes on below', () => {
  const report = reportWith('t');
  const reason = 'the payment provider answers 403: ask it for a key';
  const tickets = report.tickets.map((ticket) => (ticket.id === 'A-2' ? { ...ticket, reason } : ticket));
  const text = reportAsText({ ...report, tickets }, { colors: createColors(false), columns: 60 });
  expect(text).toContain(
    [
      '  A-2             agent_failed: the payment provider answers',
      '                    403: ask it for a key',
      '                  | 401',
    ].join('\n'),
  );
});

test.each([60, 80, 200])(
  'text fits %i columns, but for commands, and hides control characters',
  (columns) => {
    const lines = textOn(columns, `\u001B[2J${'x'.repeat(300)}`);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    const commands = /^ +(?:sage|git) /;
    for (const line of lines.filter((one) => !commands.test(one)))
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  },
);

test('as Markdown, with titles as text', () => {
  const markdown = reportAsMarkdown(reportWith('a | b <b>c</b> `d` @una *e*'));
  expect(markdown).toContain(
    '| A-1 | a \\| b &lt;b&gt;c&lt;/b&gt; \\`d\\` @\u{200b}una \\*e\\* | cccccccccc | 2 min |',
  );
  expect(markdown).toContain('| A-2 |');
  expect(markdown).toContain('`sage retry A-2`');
  expect(inline('[x](https://example.org)\n# y')).toBe('\\[x\\](https:\u{200b}//example.org) #\u{200b} y');
});
