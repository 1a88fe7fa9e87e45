import { namePattern } from './name-pattern.ts';

/**
 * Variables that commands in worktrees see: those needed to run at all, to find tools and caches, and to use a proxy.
 * Keys, tokens, and variables of a session or a CI job are not passed on.
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

/** Names of variables that may hold a key. NIX_CONFIG can contain `access-tokens`. */
const SECRET_NAME = /auth|token|secret|passw|credential|api_?key|access_?key|private_?key|^NIX_CONFIG$/i;
/** `scheme://user:password@host`, and `scheme://token@host`. */
const LOGIN_IN_ADDRESS = /(?<=\b[a-z][a-z\d+.-]*:\/\/)[^\s/?#@]+@/gi;

/**
 * The environment for setup and checks: the allowed variables, and those that are named. A key is passed on only by
 * its full name, not by a pattern. Addresses are passed on without user and password.
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

/** The environment for an agent: the same, plus its own keys, and with unchanged addresses. */
export function agentEnvironment(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const common = matching(base, ALLOWED_VARIABLES);
  const safe = Object.entries(common).filter(([name]) => !SECRET_NAME.test(name));
  return { ...Object.fromEntries(safe), ...matching(base, names) };
}

/** A user name alone is not a secret, but a token in its place is. */
const SHORTEST_TOKEN = 20;

/** Passwords and tokens in the addresses that all commands see: those of proxies and registries. */
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

/** The variables that match one of the names; `*` matches any characters. Variables of git and Sage never match. */
function matching(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const patterns = names.map(namePattern);
  return Object.fromEntries(
    Object.entries(base).filter(
      ([name]) => !/^(GIT|SAGE)_/.test(name) && patterns.some((pattern) => pattern.test(name)),
    ),
  );
}
