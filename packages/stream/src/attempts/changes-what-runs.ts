/**
 * Files and folders that make programs run, or instruct agents, without being called: hooks, settings of agents,
 * editors and package managers, continuous integration, shell environments. Names match in every folder.
 */
const NAMES: ReadonlySet<string> = new Set(
  `
  .gitattributes .gitmodules .lfsconfig .pre-commit-config.yaml lefthook.yml .lefthook.yml
  CLAUDE.md CLAUDE.local.md AGENTS.md AGENTS.override.md GEMINI.md .mcp.json opencode.json opencode.jsonc
  .cursorrules .windsurfrules .clinerules .aider.conf.yml
  .envrc .env .mise.toml mise.toml .tool-versions .python-version .nvmrc
  .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml bunfig.toml pip.conf uv.toml
  .gitlab-ci.yml .travis.yml appveyor.yml azure-pipelines.yml bitbucket-pipelines.yml Jenkinsfile .drone.yml
  .goreleaser.yml renovate.json dependabot.yml devcontainer.json sitecustomize.py conftest.py
`
    .trim()
    .split(/\s+/),
);
const FOLDERS: ReadonlySet<string> = new Set(
  `
  .claude .codex .gemini .opencode .cursor .windsurf .agents .husky .githooks .hooks .vscode .idea .zed .devcontainer
  .circleci .buildkite .woodpecker .teamcity .yarn .cargo
`
    .trim()
    .split(/\s+/),
);
const PATHS = /^(\.github\/(workflows|actions|hooks)\/|\.github\/copilot-instructions\.md$|\.config\/mise)/;

/**
 * Changed files that make programs run later without being called. Sage's own configuration is reported separately.
 */
export function changesWhatRuns(paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const steps = path.split('/');
    return (
      NAMES.has(steps.at(-1) ?? '') ||
      steps.slice(0, -1).some((step) => FOLDERS.has(step)) ||
      PATHS.test(path)
    );
  });
}
