import { ClusterError } from '../errors.ts';

/**
 * An address without its password, to be shown and recorded. Handles passwords with unencoded characters, and
 * passwords in options.
 */
export function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/).*@/s, '$1').replace(/\?.*/s, '');
}

/** @throws {ClusterError} `BAD_ADDRESS` */
export function assertBrokerAddress(address: string): void {
  if (isBrokerAddress(address)) return;
  const encoded = address.includes('@')
    ? '; in a password, / is written %2F, ? %3F, # %23, @ %40, % %25'
    : '';
  throw new ClusterError(
    'BAD_ADDRESS',
    `broker ${JSON.stringify(withoutPassword(address))} is not an address such as redis://HOST:6379 or rediss://USER:PASSWORD@HOST:6379${encoded}`,
  );
}

function isBrokerAddress(address: string): boolean {
  if (!/^rediss?:\/\/\S+$/.test(address) || !URL.canParse(address)) return false;
  const { hostname, username, password, pathname, search, hash } = new URL(address);
  // With an unencoded slash in the password, the part before the slash would be taken for the host.
  return hostname !== '' && !`${pathname}${search}${hash}`.includes('@') && isEncoded(username + password);
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
