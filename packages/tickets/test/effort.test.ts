import { expect, test } from 'vitest';
import { estimatedMinutes } from '../src/effort.ts';

test.each([
  [{ estimated_minutes: 45, effort: 8 }, 45],
  [{ effort_sp: 5, effort: 8 }, 1200],
  [{ effort: 8 }, 1920],
  [{ effort: '3 SP' }, 720],
  [{ effort: '3' }, 720],
  [{ effort: '2 story points (0.5 days)' }, 240],
  [{ effort: '5 story points (1 day)' }, 480],
  [{ effort: { storyPoints: 3, estimatedDays: 1 } }, 480],
  [{ effort: { storyPoints: 3 } }, 720],
  [{ effort: 0 }, undefined],
  [{ effort: 'large' }, undefined],
  [{ effort: null, estimated_minutes: '30' }, undefined],
  [{ effort: -1, effort_sp: Infinity }, undefined],
  [{}, undefined],
])('%j is %s minutes', (raw, minutes) => {
  expect(estimatedMinutes(raw)).toBe(minutes);
});
