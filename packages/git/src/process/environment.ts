/**
 * The user may choose which files hold the user's settings, as with HOME. No other GIT_* variable is passed on: it
 * could point a command at another repository, index or object store (a hook that runs Sage sets GIT_DIR and
 * GIT_INDEX_FILE), or inject configuration.
 */
const KEPT = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']);

/** The caller's environment made safe for git: a fixed locale, no prompt, no foreign GIT_* variable. */
export function gitEnvironment(
  caller: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(caller)) {
    if (value !== undefined && (!name.startsWith('GIT_') || KEPT.has(name))) environment[name] = value;
  }
  return {
    ...environment,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // Reading must never take the index lock away from the user's own git.
    GIT_OPTIONAL_LOCKS: '0',
    // Replace refs would make ancestry and trees differ from what every other clone sees.
    GIT_NO_REPLACE_OBJECTS: '1',
    // A file may be called `:(glob)**`.
    GIT_LITERAL_PATHSPECS: '1',
    ...extra,
  };
}

/** Disables settings that would run foreign programs, start background work, or change what plumbing prints. */
export const SAFE_CONFIG: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.splitIndex=false',
  'core.quotePath=false',
  'core.safecrlf=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'fetch.writeCommitGraph=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  // Landings are recognised by their trailers, so the trailer format is fixed.
  'trailer.separators=:',
  'core.commentChar=#',
  'i18n.commitEncoding=UTF-8',
  'i18n.logOutputEncoding=UTF-8',
  'color.ui=false',
];

/** With these settings, objects and refs are on disk when the command returns. */
export const DURABLE_CONFIG: readonly string[] = ['core.fsync=all', 'core.fsyncMethod=fsync'];
