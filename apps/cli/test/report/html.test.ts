import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costHtml } from '../../src/report/html-cost.ts';
import { reportAsHtml } from '../../src/report/html.ts';
import { reportGraph } from '../../src/report/report-graph.ts';
import { attempt, begin, finish, landing, reportFrom, type TimedFact } from './run-fixture.ts';

const BASE = 'file:///home/una/shop/.sage/runs/r1/';

/** A run of tickets that land, fail and are deferred, with this text wherever people and agents write. */
function htmlOf(text: string, count: number, dependenciesOf: (index: number) => number[] = () => []): string {
  const ids = Array.from({ length: count }, (_, index) => `API-${index}`);
  const facts: TimedFact[] = [begin(ids)];
  ids.forEach((ticket, index) => {
    const [from, to, worker] = [index * 10, index * 10 + 9, (index % 8) + 1];
    if (index % 4 === 3) {
      const reason = text;
      facts.push(
        ...attempt(
          { ticket, title: text, from, to, worker },
          { outcome: 'failed', reason, telling: [text, text] },
        ),
        ...attempt(
          { ticket, title: text, from: to, to: to + 1, worker, attempt: 2 },
          { outcome: 'failed', reason, telling: [text] },
        ),
        {
          at: to,
          event: 'ticket.deferred',
          ticket,
          category: 'agent_failed',
          reason,
          attempts: 2,
          ref: `refs/sage/${text}`,
        },
      );
    } else
      facts.push(
        ...attempt(
          { ticket, title: text, from, to, worker, agent: text },
          {
            outcome: 'completed',
            summary: text,
            drift: [text],
            denied: [text],
            tokens: 128_400,
            costUsd: 1.23,
          },
        ),
        { at: to, event: 'conflict.predicted', ticket, files: [text], tickets: [text] },
        ...landing(ticket, to),
      );
  });
  const report = reportFrom([...facts, finish(count * 10)]);
  const nodes = ids.map((id, index) => ({
    id,
    dependencies: dependenciesOf(index).map((one) => `API-${one}`),
  }));
  return reportAsHtml({ ...report, reason: text }, { base: BASE, graph: reportGraph(report, nodes) });
}

/** The tags of a page with the names of their attributes; texts and values are left out. */
function skeleton(html: string): string[] {
  return (
    [...html.matchAll(/<(?:"[^"]*"|'[^']*'|[^"'>])*>/g)]
      .map(([tag]) => tag.replaceAll(/"[^"]*"|'[^']*'/g, '""'))
      // In a picture, a title takes one line or two.
      .filter((tag) => !/^<\/?text/.test(tag))
  );
}

test('no text of a ticket or an agent becomes markup', () => {
  const plain = skeleton(htmlOf('plain', 4));
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    `' onmouseover='alert(1)`,
    '</title></svg></style><iframe src="https://example.org">',
    '<!--',
    ']]>',
    '&lt;b&gt;',
    'javascript:alert(1)',
  ];
  for (const text of hostile) expect(skeleton(htmlOf(text, 4))).toEqual(plain);
  const piece = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(...hostile, '<', '>', '"', "'", '&', '\n'),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      expect(skeleton(htmlOf(`x${pieces.join('')}`, 4))).toEqual(plain);
    }),
    { numRuns: 60 },
  );
});

test('it asks nobody for anything: no script, and addresses only of logs', () => {
  const html = htmlOf('a title', 8, (index) => (index > 0 ? [index - 1] : []));
  expect(/<script|<link|<img|<iframe|@import|url\((?!#)|\bsrc=/i.test(html)).toBe(false);
  expect(html).toContain(`default-src 'none'`);
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
  expect(links[0]).toBe(BASE);
  expect(links.slice(1).every((href) => /^API-\d+\/\d\/output\.log$/.test(href))).toBe(true);
  expect(links).toContain('API-3/2/output.log');
});

test('it has the times, the graph, every summary, and light and dark', () => {
  const html = htmlOf('what was done', 8, (index) => (index > 0 ? [index - 1] : []));
  expect(html.match(/<i class=l /g)).toHaveLength(6);
  expect(html.match(/<i class=f /g)).toHaveLength(4);
  expect(html).toContain('<svg ');
  expect(html.match(/<details>/g)).toHaveLength(6);
  expect(html).toContain('prefers-color-scheme:dark');
  expect(html).toContain('sage logs API-3');
});

test('cost over time goes up to all of it; where no cost is told there are tokens, or nothing', () => {
  const heights = (...figures: { costUsd?: number; tokens?: number }[]) => {
    const tries = figures.map((used, index) =>
      attempt({ ticket: `A-${index}`, from: 0, to: (index + 1) * 30 }, { outcome: 'completed', ...used }),
    );
    const html = costHtml(reportFrom([begin(['A-0']), ...tries.flat(), finish(60)]));
    return { html, heights: [...html.matchAll(/height:([\d.]+)%/g)].map(([, height]) => Number(height)) };
  };
  const cost = heights({ costUsd: 1 }, { costUsd: 3, tokens: 9 });
  expect(cost.heights).toHaveLength(60);
  expect([cost.heights[0], cost.heights[29], cost.heights[58], cost.heights[59]]).toEqual([0, 25, 25, 100]);
  expect(cost.html).toContain('up to $4.00');
  expect(heights({ tokens: 10 }).html).toContain('up to 10 tokens');
  expect(heights({}).html).toBe('');
});

const usual = (index: number) =>
  [index - 1 - (index % 7), index - 3 - (index % 11)].filter((one) => one >= 0);

test.each([
  ['of a usual length', 'Put the drinks on the menu and tell everybody about it '.repeat(8)],
  ['that are long and need escapes', `"<&>'`.repeat(400)],
  ['of other scripts', '\u{6f22}\u{5b57}\u{1f600}'.repeat(300)],
])('500 tickets fit into 400 kB with texts %s', (_, text) => {
  const html = htmlOf(text, 500, usual);
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(400_000);
  expect(html.match(/<tr><td class=n>/g)).toHaveLength(500);
});

test('500 tickets with usual texts still have their picture and their summaries', () => {
  const html = htmlOf('Put the drinks on the menu, in German too', 500, usual);
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(400_000);
  expect(html.includes('<svg ')).toBe(true);
  expect(html.match(/<details>/g)).toHaveLength(375);
});
