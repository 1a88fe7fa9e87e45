// Time by number of tickets, as a picture: docs/graph-scaling.svg. Whole processes, as in graph.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, type Program } from './graph.ts';
import { writeIndex } from './graph-index.ts';

const SIZES = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
/** It takes a minute and a half, and 4.8 GB, for the largest. */
const MOST_OF_GRAPHLIB = 100_000;
const LINES: readonly { program: Program; name: string; color: string }[] = [
  { program: 'graphlib', name: 'graphlib', color: '#c27718' },
  { program: 'sage', name: '@sage/graph', color: '#d1242f' },
  { program: 'parse', name: 'JSON.parse alone', color: '#8a8a94' },
];

export function scaling(): Promise<string[]> {
  const curves = new Map(LINES.map(({ program }) => [program, [] as { tickets: number; seconds: number }[]]));
  for (const tickets of SIZES) {
    using index = writeIndex(tickets, 'in order');
    const programs = LINES.map(({ program }) => program).filter(
      (program) => program !== 'graphlib' || tickets <= MOST_OF_GRAPHLIB,
    );
    for (const [program, { seconds }] of measure(programs, index.file, 3))
      curves.get(program)?.push({ tickets, seconds });
  }
  writeFileSync(join(import.meta.dirname, '../docs/graph-scaling.svg'), drawCurves(curves));
  return Promise.resolve([
    '| tickets | JSON.parse | @sage/graph | graphlib |',
    '|---|---|---|---|',
    ...SIZES.map((tickets) => {
      const of = (program: Program): string => {
        const point = curves.get(program)?.find((one) => one.tickets === tickets);
        return point ? `${point.seconds.toFixed(3)} s` : '';
      };
      return `| ${tickets.toLocaleString('en-US')} | ${of('parse')} | ${of('sage')} | ${of('graphlib')} |`;
    }),
    '',
    'Drawn into docs/graph-scaling.svg.',
  ]);
}

/** Both axes logarithmic: 1,000 to 1,000,000 tickets, 0.01 to 10 seconds. */
function drawCurves(curves: ReadonlyMap<Program, readonly { tickets: number; seconds: number }[]>): string {
  const x = (tickets: number): number => 70 + (Math.log10(tickets) - 3) * 170;
  const y = (seconds: number): number => 320 - (Math.log10(seconds) + 2) * 100;
  const grid = [
    ...[1_000, 10_000, 100_000, 1_000_000].map(
      (tickets) =>
        `<path class="grid" d="M${x(tickets)} 20V320"/><text x="${x(tickets)}" y="340" text-anchor="middle">${tickets.toLocaleString('en-US')}</text>`,
    ),
    ...[0.01, 0.1, 1, 10].map(
      (seconds) =>
        `<path class="grid" d="M70 ${y(seconds)}H580"/><text x="60" y="${y(seconds) + 4}" text-anchor="end">${seconds} s</text>`,
    ),
  ];
  const lines = LINES.map(({ program, name, color }) => {
    const points = (curves.get(program) ?? []).map(
      ({ tickets, seconds }) => [x(tickets), y(seconds)] as const,
    );
    const last = points.at(-1) ?? [0, 0];
    const dots = points.map(
      ([cx, cy]) => `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3" fill="${color}"/>`,
    );
    const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
    const label = `<text x="${(last[0] + 10).toFixed(1)}" y="${(last[1] + 4).toFixed(1)}" fill="${color}">${name}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}${label}`;
  });
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="380" viewBox="0 0 720 380">',
    '<style>text{font:12px sans-serif;fill:#59636e}.grid{stroke:#e3e4e8}</style>',
    '<rect width="720" height="380" fill="#ffffff"/>',
    ...grid,
    '<text x="325" y="366" text-anchor="middle">tickets (three dependencies each), whole process</text>',
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
