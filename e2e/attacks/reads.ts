import { type Attack, reaches } from './attack.ts';

const read = (name: string, path: string, because = 'it is hidden'): Attack => ({
  name: `read ${name}`,
  script: reaches(`grep -q . "${path}"`),
  because,
});

export const READS: readonly Attack[] = [
  read('a key of ssh', '$HOME/.ssh/id_ed25519'),
  read('a login of npm, through its link', '$HOME/.npmrc'),
  read('where that link leads', '$HOME/dotfiles/npmrc'),
  read('keys of a cloud', '$HOME/.aws/credentials'),
  read("git's passwords", '$HOME/.git-credentials'),
  read('the login of another agent', '$HOME/.codex/auth.json'),
  read('addresses with passwords', '$ARENA_ROOT/.git/config'),
  read("another run's log", '$ARENA_ROOT/.sage/runs/other/T/1/output.log', 'runs are hidden'),
  {
    ...read('a key, through the root of the first process', '/proc/1/root$HOME/.ssh/id_ed25519'),
    uncontrolled: true,
  },
  read("where the user's branches were", '$ARENA_ROOT/.git/logs/HEAD'),
  {
    ...read('the passwords of the system', '/etc/shadow'),
    by: 'root',
  },
  {
    name: "read the folders of other agents' work",
    script: `for name in $(ls -A ..); do test "$name" = "\${PWD##*/}" || { ls -A "../$name" | grep -q . && echo reached > reached; }; done`,
    because: 'only its own is there',
    uncontrolled: true,
  },
  {
    name: 'a key through a link that Sage reads as the result',
    script: `ln -sf "$HOME/.ssh/id_ed25519" "$SAGE_RESULT_FILE"; echo x > x`,
    because: 'no link is followed there',
    uncontrolled: true,
  },
  {
    name: 'a key through an ignored link that Sage keeps',
    script: `echo 'kept*' > .gitignore; git add .gitignore; ln -s "$HOME/.ssh/id_ed25519" kept-key; git checkout -q .gitignore 2> /dev/null; rm -f .gitignore; printf 'kept*\\n' > .git/info/exclude`,
    because: 'only regular files are kept',
    uncontrolled: true,
  },
  {
    name: 'keys in the environment',
    script: `if env | grep -q arena-secret; then echo reached > reached; fi`,
    because: 'keys do not pass',
    uncontrolled: true,
  },
  {
    name: 'keys of a registry in the environment of setup',
    as: 'setup',
    script: `if env | grep -q arena-secret; then echo evil > "$HOME/outside/mark"; touch "$PWD/reached"; fi`,
    because: 'keys do not pass',
    uncontrolled: true,
  },
  {
    name: "the coordinator's environment",
    script: `for pid in $ARENA_PID $(seq 1 40); do ${reaches('grep -q arena-secret /proc/$pid/environ')}; done`,
    because: 'processes outside are not seen',
  },
];
