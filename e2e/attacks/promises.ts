import { GIT } from './git.ts';
import { PROCESSES } from './processes.ts';
import { READS } from './reads.ts';
import { SETTINGS } from './settings.ts';
import { WRITES } from './writes.ts';

/** What holds a promise of SECURITY.md: names of attacks, or a file of tests with the title of one. */
type Proof = readonly string[] | { readonly file: string; readonly title: string };

const names = (attacks: readonly { readonly name: string }[], pattern: RegExp) =>
  attacks.map(({ name }) => name).filter((name) => pattern.test(name));

/** Each promise of SECURITY.md, word for word. */
export const PROMISES: Readonly<Record<string, Proof>> = {
  'Nothing is written outside the worktree, the result and what `writable` names.': names(
    WRITES,
    /^(write|remove|truncate|change|through|up|a hard link|a rename)/,
  ),
  'Logs, prompts and results are never written or read through a link.': names([...WRITES, ...READS], /link/),
  'Setup, checks and teardown run in the sandbox, as agents do.': names(WRITES, /writes outside$/),
  "Keys below HOME, passwords in the repository's configuration and logs of other tickets cannot be read.":
    names(READS, /^read/),
  'Keys that the kernel keeps for you cannot be used, on x64 and arm64.': names(PROCESSES, /^keys that/),
  'Sockets of your programs cannot be reached, and without network no servers either.': names(
    PROCESSES,
    /socket|server|bus|agent of ssh/,
  ),
  'Whatever is mounted while a command runs, and whatever files Sage has open, cannot be reached.': {
    file: 'packages/workers/test/sandbox/sandbox.test.ts',
    title: 'what is mounted while a command runs is not seen in its sandbox',
  },
  'Processes outside are invisible, and everything inside ends with the sandbox.': names(
    PROCESSES,
    /process outside|outlive/,
  ),
  "Nothing in the sandbox has capabilities, and the kernel's settings are read-only.": names(
    PROCESSES,
    /capabilities|mount|device|kernel|control group|chroot/,
  ),
  'An agent cannot plant anything in its own settings: no hook, no plugin, no tool server.': names(
    SETTINGS,
    /^plant/,
  ),
  "Sage's git runs nothing that the configuration, hooks or attributes of a worktree name.": names(
    GIT,
    /configuration|hooks/,
  ),
  "Git and other helpers are never taken from the repository or from npm's folders.": names(
    SETTINGS,
    /^programs/,
  ),
  'If your own git configuration runs a program from the repository, the run uses that program as it was when the run began.':
    names(GIT, /^a filter of the user/),
  'Looking at a repository runs nothing from it; you confirm what it wants to run.': {
    file: 'e2e/trust.test.ts',
    title: '%s of a configuration runs when it is confirmed',
  },
  'Files that configure Sage land only with a ticket that declares them, and landings that change what runs in other ways are named.':
    {
      file: 'e2e/trust.test.ts',
      title:
        'what configures sage lands with a ticket that declares it only, and what else changes what runs is told',
    },
  'Agents get only the keys that are named for them; setup and checks get only those that are named in full.':
    {
      file: 'packages/workers/test/process/secrets.test.ts',
      title: 'variables pass by name or pattern; those of git and Sage never',
    },
  'Secrets are masked in logs, events and results, in the forms in which programs write them.': {
    file: 'packages/workers/test/process/secrets.test.ts',
    title: 'a secret is masked as programs write it: %s',
  },
  'An agent is ended when it prints, writes or starts processes without end.': {
    file: 'packages/workers/test/process/disk-watch.test.ts',
    title: 'an agent that passes its limit of %s is ended',
  },
};
