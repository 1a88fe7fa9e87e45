import type { Project } from './project.ts';

/**
 * A configuration file with what was detected, and other settings as comments. `schema` is the path of the schema
 * relative to the file.
 */
export function configText(agent: string | undefined, { setup, test }: Project, schema: string): string {
  const line = (key: string, value: string | undefined, example: string) =>
    value === undefined ? `# ${key}: ${example}` : `${key}: ${JSON.stringify(value)}`;
  return `# yaml-language-server: $schema=${schema}
# Settings of sage: a flag wins over its setting. All of them are in ${schema}.

# Who works on the tickets: claude, codex, gemini, opencode, acp:COMMAND, or one of your own.
${line('agent', agent, 'claude')}

# A shell line that has to pass on the merged result before it lands.
${line('verify', test, '"npm test"')}

worktrees:
  # Runs in the worktree before each agent and each verify.
  ${line('setup', setup, '"npm ci"')}
  # Installed dependencies stay for the worktree's next ticket.
  keepIgnored: true
  # Files that git does not carry.
  # copy: [".env"]

# Agents write to their worktree only (Linux, needs bubblewrap).
# sandbox: true

# parallel: auto
# maxAttempts: 2
# timeout: 1h
`;
}
