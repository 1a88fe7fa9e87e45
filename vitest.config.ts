import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests read every package from its sources: no build is needed to run them (e2e excepted).
const conditions = ['@sage/source', 'module', 'node', 'development|production'];
// What is written to the user's own folders goes here.
const home = (process.env['SAGE_TEST_HOME'] ??= temporaryHome());
const results = process.env['SAGE_TEST_RESULTS'];

/** The longest tests are those of whole runs: if one of them starts last, the other processes wait for it. */
class WholeRunsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const whole = sorted.filter(({ moduleId }) => moduleId.includes('/e2e/'));
    return [...whole, ...sorted.filter((file) => !whole.includes(file))];
  }
}

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    // More than there are cores: most tests wait for git and for agents, not for this process.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: WholeRunsFirst },
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    include: ['packages/*/test/**/*.test.ts', 'apps/cli/test/**/*.test.ts', 'e2e/**/*.test.ts'],
    setupFiles: [join(import.meta.dirname, 'packages/test-support/src/setup.ts')],
    // Tests put back what they change of their process: all files share a few, which load each package once.
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Git fixtures must not see the configuration of the machine they run on.
    env: {
      HOME: home,
      XDG_CONFIG_HOME: '',
      XDG_CACHE_HOME: '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      // Hundreds of processes run the sources: each would compile them for longer than it lives.
      NODE_COMPILE_CACHE: join(tmpdir(), 'sage-tests-compiled'),
    },
  },
});

function temporaryHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sage-test-home-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
