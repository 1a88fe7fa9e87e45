import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyTicketChanges } from '../src/edit.ts';
import { parseTicketIndex } from '../src/sage-index.ts';
import { readTicketText } from '../src/store.ts';

const data = process.env['SAGE_COMPAT_DATA'];
const folder = join(data ?? '', 'sage');
const files = data ? readdirSync(folder).filter((name) => name.endsWith('.json')) : ['(none)'];
const at = '2026-01-02T03:04:05Z';

describe.skipIf(!data)('real sage indexes (SAGE_COMPAT_DATA)', () => {
  const manifest: { file: string; tickets: number }[] = data
    ? JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8'))
    : [];

  test.each(files)(
    '%s is read whole, and setting every state to what it is changes no byte',
    async (name) => {
      const text = await readTicketText(join(folder, name));
      const { tickets } = parseTicketIndex(text, name);
      expect(tickets).toHaveLength(manifest.find(({ file }) => file === `sage/${name}`)!.tickets);
      expect(
        applyTicketChanges(
          text,
          tickets.map(({ id, state }) => ({ id, state, at })),
        ),
      ).toBe(text);
      expect(Buffer.from(text).equals(readFileSync(join(folder, name)))).toBe(true);
    },
  );

  test.each(files)('%s gets one state, in place, with its line of history', async (name) => {
    const text = await readTicketText(join(folder, name));
    const { tickets } = parseTicketIndex(text, name);
    // The first few of each file are enough: the property tests try the rest.
    for (const ticket of tickets.filter(({ state }) => state !== 'IN_PROGRESS').slice(0, 40)) {
      const result = applyTicketChanges(text, [{ id: ticket.id, state: 'IN_PROGRESS', at }]);
      const before = text.split('\n');
      const after = result.split('\n');
      const removed = before.filter((line, index) => line !== after[index]);
      const history = Array.isArray(ticket.raw['state_history']);
      const added = after.length - before.length;
      expect(added).toBe(history ? 4 : 0);
      const pattern = new RegExp(`^(\\s*"state": )"${ticket.state}"(,?)$`);
      expect(removed[0]).toMatch(pattern);
      const at0 = before.findIndex((line, index) => line !== after[index]);
      expect(after[at0]).toBe(before[at0]!.replace(pattern, '$1"IN_PROGRESS"$2'));
      expect(restWithout(after, at0, added)).toContain(
        before
          .slice(at0 + 1)
          .join('\n')
          .slice(-200),
      );
      expect(parseTicketIndex(result, name).tickets.map(({ state }) => state)).toEqual(
        tickets.map(({ id, state }) => (id === ticket.id ? 'IN_PROGRESS' : state)),
      );
    }
  });
});

function restWithout(lines: readonly string[], from: number, added: number): string {
  return lines.slice(from + 1 + added).join('\n');
}
