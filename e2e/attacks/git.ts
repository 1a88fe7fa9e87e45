import { type Attack, MARK } from './attack.ts';

const payload = `sh -c '${MARK}'`;
const NOT_READ = "Sage's git reads neither the configuration nor the hooks of a worktree";

/** The agent writes into its own git directory, and Sage's git works in the worktree later. */
const configure = (key: string, value: string, more = ''): Attack => ({
  name: `git configuration: ${key}`,
  script: `git config ${key} "${value.replaceAll('"', String.raw`\"`)}"; ${more} echo x > x`,
  because: NOT_READ,
  uncontrolled: true,
});

/** Makes whoever reads an object that is missing in this repository run a command. */
const PROMISOR = [
  'core.repositoryformatversion 1',
  'extensions.partialClone evil',
  'remote.evil.url "$PWD"',
  'remote.evil.promisor true',
  `remote.evil.uploadpack "${payload}; true"`,
]
  .map((setting) => `git config ${setting};`)
  .join(' ');
/** A commit without its file and its tree, as `$commit`. */
const INCOMPLETE = `echo lost > lost; blob=$(git hash-object -w lost); tree=$(printf '100644 blob %s\\tlost\\n' $blob | git mktree); commit=$(git -c user.name=A -c user.email=a@x commit-tree -p HEAD -m own $tree); rm lost; for lost in $blob $tree; do rm -f .git/objects/$(echo $lost | cut -c1-2)/$(echo $lost | cut -c3-); done;`;

const COMMIT = 'echo y > y; git add y; git -c user.name=A -c user.email=a@x commit -qm own;';

export const GIT: readonly Attack[] = [
  ...['core.fsmonitor', 'uploadpack.packObjectsHook', 'core.alternateRefsCommand', 'core.sshCommand'].map(
    (key) => ({
      ...configure(key, payload, COMMIT),
      name: `git configuration, with commits of its own: ${key}`,
    }),
  ),
  {
    name: 'a configuration that is a link, with commits of its own',
    script: `${COMMIT} rm .git/config; ln -s "$HOME/outside/canary" .git/config`,
    because: 'it is replaced, not followed',
    uncontrolled: true,
  },
  {
    name: 'another git directory behind the worktree, with commits of its own',
    script: `${COMMIT} mkdir .git/other; echo "$PWD/.git/other" > .git/commondir; printf '[core]\\n\\tfsmonitor = ${MARK.replaceAll('"', String.raw`\\\\"`)}\\n' > .git/other/config`,
    because: NOT_READ,
    uncontrolled: true,
  },
  {
    name: 'a filter of the user whose program the agent changes',
    script: `mkdir -p tools; printf '#!/bin/sh\\n%s\\ncat\\n' '${MARK}' > tools/clean.sh; chmod +x tools/clean.sh; echo '*.txt filter=arena' > .gitattributes; echo x > x.txt`,
    because: 'the program is the one of the beginning of the run',
    uncontrolled: true,
  },
  configure('core.fsmonitor', payload),
  configure(
    'core.hooksPath',
    '$PWD/hooks',
    `mkdir hooks; echo '${payload}' > hooks/post-checkout; chmod +x hooks/post-checkout;`,
  ),
  configure('filter.evil.clean', payload, `echo '* filter=evil' > .gitattributes;`),
  configure('filter.evil.process', payload, `echo '* filter=evil' > .git/info/attributes;`),
  configure('merge.evil.driver', payload, `echo '* merge=evil' > .gitattributes;`),
  configure('diff.evil.textconv', payload, `echo '* diff=evil' > .gitattributes;`),
  configure('core.sshCommand', payload, `git config remote.origin.url ssh://x/y;`),
  configure('core.pager', payload),
  configure('gpg.program', payload, `git config commit.gpgSign true;`),
  configure(
    'include.path',
    '$PWD/included',
    `printf '[core]\\n\\tfsmonitor = ${MARK.replaceAll('"', String.raw`\\"`)}\\n' > included;`,
  ),
  {
    name: 'hooks of the worktree',
    script: `for hook in post-checkout pre-commit post-index-change reference-transaction; do printf '#!/bin/sh\\n%s\\n' '${MARK}' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done; echo x > x`,
    because: NOT_READ,
    uncontrolled: true,
  },
  {
    name: 'a submodule whose address is a command',
    script: `printf '[submodule "s"]\\n\\tpath = s\\n\\turl = ext::${payload}\\n' > .gitmodules; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),s; git add .gitmodules`,
    because: 'the protocol ext is never allowed',
    uncontrolled: true,
  },
  {
    name: "the user's git directory in the place of the worktree's",
    script: `rm -rf .git; ln -s "$ARENA_ROOT/.git" .git; echo x > x`,
    because: 'no link is followed there',
    uncontrolled: true,
  },
  {
    name: "a file that names the user's git directory",
    script: `rm -rf .git; echo "gitdir: $ARENA_ROOT/.git" > .git; echo x > x; git update-ref refs/heads/evil HEAD`,
    because: "the user's git directory is read-only, and Sage names its own",
    uncontrolled: true,
  },
  {
    name: "the user's objects in the place of the worktree's",
    script: `rm -rf .git/objects; ln -s "$ARENA_ROOT/.git/objects" .git/objects; echo x > x; git add x; git prune --expire=now`,
    because: "the user's objects are read-only, and Sage writes to none of the agent's folders",
    uncontrolled: true,
  },
  {
    name: 'alternates that lead to another repository',
    script: `rm -rf .git/objects/info; ln -s "$HOME/outside" .git/objects/info; echo x > x`,
    because: 'Sage writes to none of the folders of the agent',
    uncontrolled: true,
  },
  {
    name: 'alternates that lead to another repository, with commits of its own',
    script: `${COMMIT} rm -rf .git/objects/info; ln -s "$HOME/outside" .git/objects/info; echo x > x`,
    because: 'no link is followed where settings are put back',
    uncontrolled: true,
  },
  {
    name: 'objects that are a link to another repository, with commits of its own',
    script: `${COMMIT} mv .git/objects objects; ln -s "$HOME/outside" .git/objects; echo x > x`,
    because: 'no link is followed where settings are put back',
    uncontrolled: true,
  },
  {
    name: 'an index that is a link',
    script: `rm -f .git/index; ln -s "$HOME/outside/canary" .git/index; echo x > x`,
    because: 'it is read as data, and no link is followed',
    uncontrolled: true,
  },
  {
    name: 'a stash that is a link',
    script: `mkdir -p .git/refs; ln -sf "$HOME/outside/canary" .git/refs/stash; echo x > x`,
    because: 'only a regular file is read there',
    uncontrolled: true,
  },
  {
    name: 'a stash whose objects are to be fetched by a command',
    script: `${INCOMPLETE} mkdir -p .git/refs; echo $commit > .git/refs/stash; ${PROMISOR} echo x > x`,
    because: 'settings are put back before git reads there',
    uncontrolled: true,
  },
  {
    name: 'commits whose objects are to be fetched by a command',
    script: `${INCOMPLETE} ${PROMISOR} echo $commit > .git/HEAD; echo x > x`,
    because: 'settings are put back before git reads there',
    uncontrolled: true,
  },
  {
    name: 'a submodule whose objects are to be fetched by a command',
    script: `git init -q s; cd s; git -c user.name=A -c user.email=a@x commit -q --allow-empty -m first; cd ..; printf '[submodule "s"]\\n\\tpath = s\\n\\turl = ./s\\n' > .gitmodules; git -c advice.addEmbeddedRepo=false add s .gitmodules; git -c user.name=A -c user.email=a@x commit -qm s; cd s; ${INCOMPLETE} ${PROMISOR} echo $commit > .git/HEAD; echo z > z; cd ..; echo x > x`,
    because: 'no object is fetched for whoever reads there',
    uncontrolled: true,
  },
  {
    name: 'a ref of the repository',
    script: `git --git-dir="$ARENA_ROOT/.git" update-ref refs/sage/attempts/T-9 HEAD && echo reached > reached`,
    because: "the user's git directory is read-only",
  },
  {
    name: 'a push to the repository',
    script: `git push "$ARENA_ROOT" HEAD:refs/heads/evil && echo reached > reached`,
    because: "the user's git directory is read-only",
    uncontrolled: true,
  },
];
