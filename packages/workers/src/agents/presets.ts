/**
 * Headless command lines of well-known coding agents, each reading the prompt from stdin and allowed to edit
 * the files of the directory it is started in. Sources: the programs' own `--help`.
 */
export const AGENT_PRESETS: Readonly<Record<string, string>> = {
  claude: 'claude -p --permission-mode acceptEdits --output-format text',
  codex: 'codex exec --sandbox workspace-write --skip-git-repo-check -',
  gemini: 'gemini --approval-mode auto_edit --output-format text',
  opencode: 'opencode run',
};
