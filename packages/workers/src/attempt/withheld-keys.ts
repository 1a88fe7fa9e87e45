/** Names of variables that are likely to hold a key. */
const KEY = /(^|_)(API_?KEY|ACCESS_?KEY|AUTH_?TOKEN|TOKEN|SECRET|CREDENTIALS)$/i;
const MAX_NAMED = 3;

/** For failure messages: the user's variables that look like keys and that the agent was not given. */
export function withheldKeys(variables: NodeJS.ProcessEnv, seen: NodeJS.ProcessEnv): string | undefined {
  const names = Object.keys(variables)
    .filter((name) => KEY.test(name) && variables[name] !== '' && seen[name] === undefined)
    .toSorted();
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const are = names.length === 1 ? 'is' : 'are';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more} ${are} withheld from the agent: add what it needs to the setting "environment"`;
}
