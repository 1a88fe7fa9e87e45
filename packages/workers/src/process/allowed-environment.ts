import { namePattern } from './name-pattern.ts';

/**
 * Variables that commands in worktrees see: what programs need to run at all, to find their tools and caches, and to
 * reach the network through a proxy. Keys, tokens and what a session or a CI job left in the environment do not pass.
 */
export const ALLOWED_VARIABLES: readonly string[] = `
  PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_* TZ TERM TERMINFO COLORTERM TMPDIR TMP TEMP XDG_*
  NO_COLOR FORCE_COLOR CI __CF_USER_TEXT_ENCODING HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
  http_proxy https_proxy all_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS
  REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_OPTIONS NODE_PATH NVM_DIR VOLTA_HOME PNPM_HOME
  COREPACK_HOME BUN_INSTALL npm_config_* PYTHONPATH VIRTUAL_ENV PYENV_ROOT CONDA_PREFIX JAVA_HOME
  GRADLE_USER_HOME M2_HOME GOPATH GOROOT GOCACHE GOPROXY CARGO_HOME RUSTUP_HOME GEM_HOME GEM_PATH
  DOTNET_ROOT LD_LIBRARY_PATH DYLD_LIBRARY_PATH PKG_CONFIG_PATH NIX_* ASDF_* MISE_* DOCKER_HOST
`
  .trim()
  .split(/\s+/);

/** A variable of such a name may hold a key. NIX_CONFIG has `access-tokens` among others. */
const SECRET_NAME = /auth|token|secret|passw|credential|api_?key|access_?key|private_?key|^NIX_CONFIG$/i;
/** `scheme://user:password@host`, and `scheme://token@host`. */
const LOGIN_IN_ADDRESS = /(?<=\b[a-z][a-z\d+.-]*:\/\/)[^\s/?#@]+@/gi;

/**
 * What setup and checks see: the variables that all commands do, and those that are named. A key passes by its full name
 * only, never by a pattern, and an address passes without its user and password.
 */
export function checkEnvironment(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const named = new Set(names);
  const seen = Object.entries(matching(base, [...ALLOWED_VARIABLES, ...names]));
  return Object.fromEntries(
    seen
      .filter(([name]) => named.has(name) || !SECRET_NAME.test(name))
      .map(([name, value]) => [name, named.has(name) ? value : value?.replaceAll(LOGIN_IN_ADDRESS, '')]),
  );
}

/** What an agent sees: the same, its own keys, and addresses as they are. */
export function agentEnvironment(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const common = matching(base, ALLOWED_VARIABLES);
  const safe = Object.entries(common).filter(([name]) => !SECRET_NAME.test(name));
  return { ...Object.fromEntries(safe), ...matching(base, names) };
}

/** A user's name alone is not a secret, but a token in its place is. */
const SHORTEST_TOKEN = 20;

/** Passwords and tokens in the addresses that all commands see: of proxies, of registries. */
export function passwordsInAddresses(base: NodeJS.ProcessEnv): string[] {
  return Object.values(matching(base, ALLOWED_VARIABLES)).flatMap((value = '') =>
    [...value.matchAll(LOGIN_IN_ADDRESS)].flatMap(([login]) => {
      const [user = '', ...password] = login.slice(0, -1).split(':');
      if (password.length > 0) return [password.join(':'), decoded(password.join(':'))];
      return user.length >= SHORTEST_TOKEN ? [user] : [];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The variables that one of the names allows; `*` stands for any characters. Those of git and Sage never pass. */
function matching(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const patterns = names.map(namePattern);
  return Object.fromEntries(
    Object.entries(base).filter(
      ([name]) => !/^(GIT|SAGE)_/.test(name) && patterns.some((pattern) => pattern.test(name)),
    ),
  );
}
