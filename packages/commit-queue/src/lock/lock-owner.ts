import type { ProcessIdentity } from './process-identity.ts';

export interface LockOwner extends ProcessIdentity {
  token: string;
  purpose: string;
  /** ISO 8601; for people, no decision rests on it. */
  since: string;
}
