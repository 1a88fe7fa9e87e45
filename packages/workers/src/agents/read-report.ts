import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type AgentReport, isObject, NO_REPORT, type ReadEvent } from './report.ts';

/** Longer lines are an agent's way of printing files; what matters of them is told elsewhere. */
const LONGEST_LINE = 4_000_000;

/** Folds the events of an agent's output into its report; lines that are no JSON object are passed over. */
export async function readReport(outputFile: string, readEvent: ReadEvent): Promise<AgentReport> {
  let report = NO_REPORT;
  const lines = createInterface({
    input: createReadStream(outputFile, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (!line.startsWith('{') || line.length > LONGEST_LINE) continue;
    const event = parse(line);
    if (isObject(event)) report = readEvent(report, event);
  }
  return report;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Cut off by a kill, or something that only looks like JSON.
  }
}
