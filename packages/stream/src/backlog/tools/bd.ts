import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BACKLOG_FORMATS, type FormatOptions } from '@sage/tickets';
import type { BacklogTool } from './tool-source.ts';
import { runTool, type Tool } from './run-tool.ts';

const BD: Tool = {
  name: 'bd',
  variables: /^(BD|BEADS|DOLT)_/,
  address: 'https://github.com/gastownhall/beads',
};
const STORES = ['.beads/dolt', '.beads/embeddeddolt'];
const METADATA = '.beads/metadata.json';
const EXPORTED = '.beads/issues.jsonl';

/** Whether the issues of a repository are in a Dolt store. Their file is then an export that may be out of date. */
export function hasDoltStore(root: string): boolean {
  if (STORES.some((path) => existsSync(join(root, path)))) return true;
  try {
    const { backend, database }: { backend?: unknown; database?: unknown } = JSON.parse(
      readFileSync(join(root, METADATA), 'utf8'),
    );
    return [backend, database].includes('dolt');
  } catch {
    return false;
  }
}

/** The issues of Beads, accessed through its own program. */
export function bdTool(root: string, options: FormatOptions): BacklogTool {
  const format = BACKLOG_FORMATS.find(({ name }) => name === 'beads')!;
  return {
    name: 'beads',
    async read() {
      const text = await runTool(root, BD, ['export']);
      const { tickets, warnings, implied } = format.read(new Map([[EXPORTED, text]]), options);
      return { file: 'bd export', tickets, warnings, implied };
    },
    async write({ id, state, commit }) {
      const reason = commit === undefined ? 'landed' : `landed as ${commit}`;
      const status = state === 'DEFERRED' ? 'deferred' : 'open';
      const change = state === 'COMPLETED' ? ['close', '--reason', reason] : ['update', '--status', status];
      await runTool(root, BD, [...change, '--', id]);
    },
  };
}
