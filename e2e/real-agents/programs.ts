import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** How a real program is installed, and pointed at the scripted model. */
export interface Program {
  /** Package and version, as npm takes them. */
  readonly packages: readonly string[];
  readonly bin: string;
  /** Beyond the agent's own shell line. */
  readonly command?: string;
  readonly environment: (url: string, home: string) => Record<string, string>;
}

export const PROGRAMS: Readonly<Record<string, Program>> = {
  claude: {
    packages: ['@anthropic-ai/claude-code@2.1.330'],
    bin: 'claude',
    environment: (url, home) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'sk-ant-scripted',
      CLAUDE_CONFIG_DIR: join(home, 'claude'),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
    }),
  },
  codex: {
    packages: ['@openai/codex@0.169.0'],
    bin: 'codex',
    // Its own sandbox needs rights that a build machine may not give.
    command: 'codex exec --json --skip-git-repo-check --sandbox danger-full-access -',
    environment(url, home) {
      const provider = `name = "scripted"\nbase_url = "${url}/v1"\nenv_key = "OPENAI_API_KEY"\nwire_api = "responses"\nrequest_max_retries = 0\nstream_max_retries = 0\n`;
      write(
        join(home, 'codex/config.toml'),
        `model = "gpt-5"\nmodel_provider = "scripted"\n[model_providers.scripted]\n${provider}`,
      );
      return { CODEX_HOME: join(home, 'codex'), OPENAI_API_KEY: 'sk-scripted' };
    },
  },
  gemini: {
    packages: ['@google/gemini-cli@0.61.0'],
    bin: 'gemini',
    command: 'gemini --output-format stream-json --approval-mode auto_edit -m gemini-2.5-flash',
    environment(url, home) {
      const settings = { security: { auth: { selectedType: 'gemini-api-key' } } };
      write(join(home, '.gemini/settings.json'), JSON.stringify(settings));
      return { GEMINI_API_KEY: 'scripted', GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: 'true' };
    },
  },
  opencode: {
    packages: ['opencode-ai@1.18.33'],
    bin: 'opencode',
    environment(url) {
      const model = { name: 'm1', limit: { context: 200_000, output: 10_000 } };
      const options = { baseURL: `${url}/v1`, apiKey: 'scripted' };
      const scripted = { npm: '@ai-sdk/openai-compatible', name: 'Scripted', options, models: { m1: model } };
      return {
        OPENCODE_CONFIG_CONTENT: JSON.stringify({
          provider: { scripted },
          model: 'scripted/m1',
          small_model: 'scripted/m1',
        }),
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      };
    },
  },
};

/** Where programs are kept, and have their empty homes: one refuses to work with a home below the system's /tmp. */
export function cacheFolder(): string {
  const folder = process.env['SAGE_AGENTS_CACHE'] ?? join(homedir(), '.cache/sage-agents');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Installs a program once into the cache; returns the folder of its command. */
export function install(name: string, { packages, bin }: Program): string {
  const folder = join(cacheFolder(), `${name}-${packages[0]?.split('@').at(-1)}`);
  const bins = join(folder, 'node_modules/.bin');
  if (!existsSync(join(bins, bin))) {
    mkdirSync(folder, { recursive: true });
    write(join(folder, 'package.json'), '{"private": true}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, ...packages], {
      stdio: 'inherit',
    });
  }
  return bins;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
