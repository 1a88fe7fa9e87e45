import { type Attack, MARK, reaches } from './attack.ts';

const READ_ONLY = 'everything but the worktree is mounted read-only';
const OWN_RESULT = 'only the folder of the result is writable, and logs and prompts lie elsewhere';

const write = (name: string, path: string, because = READ_ONLY): Attack => ({
  name: `write ${name}`,
  script: `mkdir -p "$(dirname "${path}")"; ${reaches(`echo evil >> "${path}"`)}`,
  because,
});

/** A link in the place of a file that Sage writes, to one outside. */
const link = (file: string): Attack => ({
  name: `a link instead of ${file}`,
  script: `D=$(dirname "$SAGE_PROMPT_FILE"); rm -f "$D/${file}"; ln -sf "$HOME/outside/mark" "$D/${file}" && echo reached > reached`,
  because: OWN_RESULT,
});

export const WRITES: readonly Attack[] = [
  write("the user's profile", '$HOME/.bashrc'),
  write('a program that starts with the session', '$HOME/.config/autostart/x.desktop'),
  write('a hook of every repository', '$HOME/.config/git/hooks/post-commit'),
  {
    name: "write git's settings of the user",
    script: reaches('git config --global core.hooksPath "$PWD"'),
    because: READ_ONLY,
  },
  write('a program of the user', '$HOME/.local/bin/git'),
  write('a file of the checkout', '$ARENA_ROOT/README.md'),
  write("the repository's configuration", '$ARENA_ROOT/.git/config', 'it is hidden, and read-only'),
  write('a hook', '$ARENA_ROOT/.git/hooks/post-merge'),
  write('attributes of the repository', '$ARENA_ROOT/.git/info/attributes'),
  write('a branch', '$ARENA_ROOT/.git/refs/heads/evil'),
  write('an object', '$ARENA_ROOT/.git/objects/00/00000000000000000000000000000000000000'),
  write('the ticket index', '$ARENA_ROOT/.sage/tickets/index.json'),
  write('an entry of the queue', '$ARENA_ROOT/.sage/queue/entries/9.json'),
  {
    name: "write the folder of another ticket's logs",
    script: `mkdir -p "$ARENA_ROOT/.sage/runs/other/T/1"; echo evil >> "$ARENA_ROOT/.sage/runs/other/T/1/output.log"`,
    because: 'an empty folder hides them',
  },
  write('another worktree', '$PWD/../agent-99/file'),
  write("Sage's index of the worktree", '$PWD.index'),
  write('who holds the worktree', '$PWD.holder'),
  write('the state of another agent', '$PWD/../state-0/x'),
  write('the trusted programs', '$HOME/.config/sage/trusted.json'),
  { ...write('a system file', '/etc/profile.d/sage.sh'), uncontrolled: true },
  { ...write('a scheduled job', '/var/spool/cron/crontabs/root'), uncontrolled: true },
  {
    name: 'a hard link to an outside file',
    script: `${reaches('ln "$HOME/outside/canary" hard && echo evil >> hard')}; rm -f hard`,
    because: 'a hard link cannot cross a mount',
  },
  {
    name: 'a rename over an outside file',
    script: `echo evil > own; ${reaches('mv own "$HOME/outside/canary"')}; rm -f own`,
    because: READ_ONLY,
  },
  { name: 'remove', script: reaches('rm "$HOME/outside/canary"'), because: READ_ONLY },
  { name: 'truncate', script: reaches('true > "$HOME/outside/canary"'), because: READ_ONLY },
  { name: 'change permissions', script: reaches('chmod 777 "$HOME/outside/canary"'), because: READ_ONLY },
  {
    name: 'change times',
    script: reaches('touch -t 200001010000 "$HOME/outside/canary"'),
    because: READ_ONLY,
  },
  {
    name: 'through the root of a process',
    script: `for pid in self 1 2; do ${reaches('echo evil >> /proc/$pid/root$HOME/outside/canary')}; done`,
    because: 'processes outside are not seen, and those inside have the same mounts',
  },
  {
    name: 'up from the current folder',
    script: reaches('echo evil >> /proc/self/cwd/../evil'),
    because: READ_ONLY,
  },
  {
    name: 'through an open file',
    script: `for fd in 3 4 5 6 7 8 9 10 11 12; do ${reaches('test -d /proc/self/fd/$fd && echo evil > /proc/self/fd/$fd/evil')}; done`,
    because: 'no folder is open',
    uncontrolled: true,
  },
  {
    name: 'move the worktree away',
    script: reaches('mv "$PWD" "$PWD.away"'),
    because: 'it is a mount',
    uncontrolled: true,
  },
  ...['output.log', 'check-1-1.log', 'teardown.log', 'setup.log', 'prompt.md', 'ticket.json'].map(link),
  {
    name: 'a link instead of the folder of logs',
    script: `D=$(dirname "$SAGE_PROMPT_FILE"); ${reaches('mv "$D" "$D.away"')}`,
    because: OWN_RESULT,
  },
  {
    name: 'a link instead of the folder of the result',
    script: `R=$(dirname "$SAGE_RESULT_FILE"); ${reaches('rmdir "$R" && ln -s "$HOME/outside" "$R"')}`,
    because: 'it is a mount',
  },
  {
    name: 'a link instead of the result, to be written',
    script: `ln -sf "$HOME/outside/canary" "$SAGE_RESULT_FILE"; echo x > x`,
    because: 'no link is followed there',
    uncontrolled: true,
  },
  {
    name: 'a link in a folder of the worktree, to be cleaned',
    script: `ln -s "$HOME/outside" folder; mkdir other; ln -s "$HOME/outside/canary" other/file`,
    because: 'cleaning removes links, not what they lead to',
    uncontrolled: true,
  },
  {
    name: 'a link where setup copies a file to',
    as: 'setup',
    script: `rm -rf copied; ln -s "$HOME/outside/mark" copied`,
    because: 'a link is replaced, not followed',
    uncontrolled: true,
  },
  { name: 'setup writes outside', as: 'setup', script: MARK, because: 'setup runs in the sandbox' },
  {
    name: 'a check writes outside',
    as: 'check',
    script: `${MARK}; true`,
    because: 'checks run in the sandbox',
  },
  { name: 'teardown writes outside', as: 'teardown', script: MARK, because: 'teardown runs in the sandbox' },
];
