// Brings the pinned pnpm, and the pinned Node where this one is too old, installs, then runs one root script.
// Plain Node >= 18 and npm are enough. Usage: node scripts/bootstrap.mjs <script of package.json>
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const script = process.argv[2];
if (!script || !(script in manifest.scripts)) {
  console.error(`ERROR: no script "${script ?? ''}" in package.json`);
  process.exit(2);
}

const minimum = manifest.engines.node.replace('>=', '').split('.').map(Number);
const current = process.versions.node.split('.').map(Number);
const tooOld = current[0] < minimum[0] || (current[0] === minimum[0] && current[1] < minimum[1]);
const packages = [manifest.packageManager];
if (tooOld) packages.push(`node@${readFileSync(new URL('.node-version', root), 'utf8').trim()}`);

const run = spawnSync(
  'npx',
  [
    '--yes',
    ...packages.map((name) => `--package=${name}`),
    `--call=pnpm install --frozen-lockfile --reporter=append-only && pnpm run ${script}`,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      npm_config_update_notifier: 'false',
      TURBO_TELEMETRY_DISABLED: '1',
      CI: process.env.CI ?? '1',
    },
  },
);
if (run.error) console.error(`ERROR: npx could not be started (${run.error.message}); install npm`);
process.exit(run.status ?? 1);
