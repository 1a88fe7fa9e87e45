// Says again, at the end of a long output, which tests failed and why; then adds up what .ci/run ran and prints
// "N passed, N failed". A step that failed outside a test counts as one failure.
// Usage: node scripts/test-count.mjs <results directory> <status of tests> <of packed> <of sage> <of agents> <of backlogs> <of quickstart>
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const [directory, ...statuses] = process.argv.slice(2);
const read = (name) => {
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return ''; // The step ended before it wrote anything.
  }
};

const tests = JSON.parse(read('tests.json') || '{"numPassedTests":0,"numFailedTests":0}');
const root = join(import.meta.dirname, '..');
for (const file of tests.testResults ?? []) {
  const failures = file.assertionResults.filter((test) => test.status === 'failed');
  const reasons = failures.map((test) => `${test.fullName}\n${test.failureMessages.join('\n')}`);
  if (file.status === 'failed' && failures.length === 0) reasons.push(file.message);
  for (const reason of reasons) {
    const lines = stripVTControlCharacters(reason).split('\n');
    const own = lines.filter((line) => !/^\s+at .*(node_modules|<anonymous>)/.test(line));
    console.log(`FAILED ${relative(root, file.name)}: ${own.slice(0, 40).join('\n')}\n`);
  }
}

// The last line that is one: package managers may add their own.
const counted = (name) => {
  const found = [...read(name).matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return { passed: Number(found?.[1] ?? 0), failed: Number(found?.[2] ?? 0) };
};
const steps = [
  { passed: tests.numPassedTests, failed: tests.numFailedTests },
  counted('packed.log'),
  counted('sage.log'),
  counted('agents.log'),
  counted('backlogs.log'),
  { passed: statuses[5] === '0' ? 1 : 0, failed: 0 },
];
let passed = 0;
let failed = 0;
const names = ['npm test', 'check:packed', 'check:sage', 'check:agents', 'check:backlogs', 'quickstart'];
for (const [index, step] of steps.entries()) {
  if (statuses[index] !== '0' && step.failed === 0)
    console.log(`FAILED outside of a test: ${names[index]} (exit ${statuses[index]})`);
  passed += step.passed;
  failed += statuses[index] !== '0' && step.failed === 0 ? 1 : step.failed;
}
console.log(`${passed} passed, ${failed} failed`);
