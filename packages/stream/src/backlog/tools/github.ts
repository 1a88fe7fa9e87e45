import { DEFERRED_LABEL, GITHUB_FIELDS, readGithubIssues } from '@sage/tickets';
import type { BacklogTool } from './tool-source.ts';
import { runTool, type Tool } from './run-tool.ts';

const GH: Tool = {
  name: 'gh',
  // Its login may be stored in the desktop's keyring.
  variables: /^(GH_|GITHUB_TOKEN$|GITHUB_ENTERPRISE_TOKEN$|DBUS_SESSION_BUS_ADDRESS$)/,
  address: 'https://cli.github.com',
};
/** More issues than one run can work through. */
const MAX_ISSUES = 1_000;

export interface GithubOptions {
  readonly label?: string;
  readonly milestone?: string;
}

/**
 * The issues of the repository on GitHub, accessed through gh. Includes closed issues, because others may depend on
 * them.
 */
export function githubTool(root: string, { label, milestone }: GithubOptions): BacklogTool {
  const filters = [
    ...(label === undefined ? [] : ['--label', label]),
    ...(milestone === undefined ? [] : ['--milestone', milestone]),
  ];
  const args = ['--state', 'all', '--limit', String(MAX_ISSUES), '--json', GITHUB_FIELDS, ...filters];
  const edit = (id: string, ...change: readonly string[]) =>
    runTool(root, GH, ['issue', 'edit', id, ...change]);
  /** Keeps the colour and description of an existing label. */
  async function addLabel(id: string): Promise<void> {
    try {
      await edit(id, '--add-label', DEFERRED_LABEL);
    } catch {
      await runTool(root, GH, ['label', 'create', DEFERRED_LABEL]);
      await edit(id, '--add-label', DEFERRED_LABEL);
    }
  }
  return {
    name: 'github',
    async read() {
      const json = await runTool(root, GH, ['issue', 'list', ...args]);
      const { tickets, warnings } = readGithubIssues(json, 'gh issue list');
      const cut = `only the newest ${MAX_ISSUES} issues are read: choose some with --label or --milestone`;
      return {
        file: 'gh issue list',
        tickets,
        warnings: tickets.length < MAX_ISSUES ? warnings : [cut, ...warnings],
      };
    },
    async write({ id, state, commit, deferReason }) {
      if (state === 'COMPLETED') {
        const comment = commit === undefined ? 'Landed.' : `Landed as ${commit}.`;
        await runTool(root, GH, ['issue', 'close', id, '--comment', comment]);
      } else if (state === 'DEFERRED') {
        await addLabel(id);
        const body = `Deferred: ${deferReason?.message ?? 'it did not land'}`;
        await runTool(root, GH, ['issue', 'comment', id, '--body', body]);
      } else {
        await edit(id, '--remove-label', DEFERRED_LABEL);
      }
    },
  };
}
