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

/** The variables that one of the names allows; `*` stands for any characters. Those of git and Sage never pass. */
export function allowedEnvironment(base: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const patterns = names.map(
    (name) => new RegExp(`^${name.replaceAll(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  );
  return Object.fromEntries(
    Object.entries(base).filter(
      ([name]) => !/^(GIT|SAGE)_/.test(name) && patterns.some((pattern) => pattern.test(name)),
    ),
  );
}
