import { DEFERRED_LABEL, GITHUB_FIELDS, readGithubIssues } from '@sage/tickets';
import type { BacklogTool } from './tool-source.ts';
import { runTool, type Tool } from './run-tool.ts';

const GH: Tool = { name: 'gh', variables: /^(GH_|GITHUB_TOKEN$)/, address: 'https://cli.github.com' };
/** More issues than one run works through. */
const MAX_ISSUES = 1_000;

export interface GithubOptions {
  readonly label?: string;
  readonly milestone?: string;
}

/** The issues of the repository on GitHub, by way of gh. What has been closed is asked for as well: others wait for it. */
export function githubTool(root: string, { label, milestone }: GithubOptions): BacklogTool {
  const filters = [
    ...(label === undefined ? [] : ['--label', label]),
    ...(milestone === undefined ? [] : ['--milestone', milestone]),
  ];
  const args = ['--state', 'all', '--limit', String(MAX_ISSUES), '--json', GITHUB_FIELDS, ...filters];
  return {
    name: 'github',
    async read() {
      const json = await runTool(root, GH, ['issue', 'list', ...args]);
      return { file: 'gh issue list', ...readGithubIssues(json, 'gh issue list') };
    },
    async write({ id, state, commit, deferReason }) {
      if (state === 'COMPLETED') {
        const comment = commit === undefined ? 'Landed.' : `Landed as ${commit}.`;
        await runTool(root, GH, ['issue', 'close', id, '--comment', comment]);
      } else if (state === 'DEFERRED') {
        await runTool(root, GH, ['label', 'create', DEFERRED_LABEL, '--force']);
        await runTool(root, GH, ['issue', 'edit', id, '--add-label', DEFERRED_LABEL]);
        const body = `Deferred: ${deferReason?.message ?? 'it did not land'}`;
        await runTool(root, GH, ['issue', 'comment', id, '--body', body]);
      } else {
        await runTool(root, GH, ['issue', 'edit', id, '--remove-label', DEFERRED_LABEL]);
      }
    },
  };
}
