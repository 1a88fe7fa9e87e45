import { expect, test } from 'vitest';
import { changesWhatRuns } from '../../src/attempts/changes-what-runs.ts';

test('files that run something without being called are named, in whatever folder', () => {
  const telling = [
    '.github/workflows/ci.yml',
    '.claude/settings.json',
    'packages/a/.claude/commands/x.md',
    '.gitattributes',
    'packages/a/.npmrc',
    '.husky/pre-commit',
    'docs/AGENTS.md',
  ];
  const plain = [
    'src/index.ts',
    'github/workflows/x',
    '.github/ISSUE_TEMPLATE/bug.yml',
    'claude',
    'docs/agents.md',
  ];
  expect(changesWhatRuns([...telling, ...plain])).toEqual(telling);
});
