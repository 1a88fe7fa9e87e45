import type { Settings } from '../config.ts';

/**
 * What a repository must not give its agents and commands without confirmation: the user's files, variables, rights
 * and machines.
 */
export function givenSettings({
  sandbox,
  environment = [],
  agents = {},
  permissions,
  allow,
  prompt,
  verify,
  broker,
  hosts,
}: Settings): (readonly [what: string, value: string | undefined])[] {
  const { writable, sockets, hidden } = typeof sandbox === 'object' ? sandbox : {};
  const described = Object.values(agents).flatMap((agent) => (typeof agent === 'string' ? [] : [agent]));
  const variables = [
    environment,
    verify?.environment ?? [],
    described.flatMap((one) => one.environment ?? []),
  ];
  const mayAll = [permissions, ...described.map((one) => one.permissions)].includes('all');
  const isOutside = prompt !== undefined && /^(\/|~)|(^|\/)\.\.(\/|$)/.test(prompt);
  return [
    ['sandbox.writable', listed(writable)],
    ['sandbox.sockets', sockets === true ? 'true' : listed(sockets || [])],
    ['sandbox.hidden', hidden?.join(', ')],
    ['environment', listed([...new Set(variables.flat())])],
    ['permissions', mayAll ? 'all' : undefined],
    ['allow', listed(allow)],
    ['prompt', isOutside ? prompt : undefined],
    // The code is sent to these places.
    ['broker', broker === true ? 'SAGE_BROKER' : broker],
    ['hosts', hosts],
  ];
}

function listed(values: readonly string[] | undefined): string | undefined {
  return values === undefined || values.length === 0 ? undefined : values.join(', ');
}
