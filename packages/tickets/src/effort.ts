import { isRecord } from './json-text.ts';

const MINUTES_PER_DAY = 480;
const MINUTES_PER_STORY_POINT = 240;
/** The complexity of one story point, and the increase that doubles the work. */
const COMPLEXITY_OF_A_POINT = 3;
const COMPLEXITY_TO_DOUBLE = 2;

/**
 * The author's estimate in minutes. Taken from the first of `estimated_minutes`, `effort_sp` (story points), `effort`
 * (story points, `"3 SP"`, `"2 story points (0.5 days)"`, `{storyPoints, estimatedDays}`; days before points), and
 * `complexity` or `complexityScore` (1 to 10, as in Task Master) that is a positive number.
 *
 * A day is 480 minutes, and a story point half a day, as in real indexes that have both. A complexity of 3 counts as
 * one point, and each two more double it, so 3, 5, 7, 9 are 1, 2, 4, 8 points. That is an assumption, because no
 * known file has both.
 */
export function estimatedMinutes(raw: Readonly<Record<string, unknown>>): number | undefined {
  return (
    positive(raw['estimated_minutes']) ??
    pointsToMinutes(raw['effort_sp']) ??
    ofEffort(raw['effort']) ??
    ofComplexity(complexityOf(raw))
  );
}

/** From 1 to 10. */
export function complexityOf(raw: Readonly<Record<string, unknown>>): number | undefined {
  return fromOneToTen(raw['complexity']) ?? fromOneToTen(raw['complexityScore']);
}

function fromOneToTen(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 1 && value <= 10 ? value : undefined;
}

function ofComplexity(complexity: number | undefined): number | undefined {
  if (complexity === undefined) return undefined;
  return pointsToMinutes(2 ** ((complexity - COMPLEXITY_OF_A_POINT) / COMPLEXITY_TO_DOUBLE));
}

function ofEffort(effort: unknown): number | undefined {
  if (typeof effort === 'string') {
    const days = /([\d.]+)\s*days?\b/i.exec(effort)?.[1];
    const points = /([\d.]+)\s*(?:sp\b|(?:story\s*)?points?\b|$)/i.exec(effort)?.[1];
    return daysToMinutes(Number(days)) ?? pointsToMinutes(Number(points));
  }
  if (isRecord(effort)) {
    const { estimatedDays, storyPoints } = effort;
    return daysToMinutes(estimatedDays) ?? pointsToMinutes(storyPoints);
  }
  return pointsToMinutes(effort);
}

function daysToMinutes(days: unknown): number | undefined {
  const value = positive(days);
  return value === undefined ? undefined : value * MINUTES_PER_DAY;
}

function pointsToMinutes(points: unknown): number | undefined {
  const value = positive(points);
  return value === undefined ? undefined : value * MINUTES_PER_STORY_POINT;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < Infinity ? value : undefined;
}
