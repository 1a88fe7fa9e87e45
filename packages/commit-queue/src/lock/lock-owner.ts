import type { ProcessIdentity } from './process-identity.ts';

export interface LockOwner extends ProcessIdentity {
  readonly token: string;
  readonly purpose: string;
  /** ISO 8601; for people, no decision rests on it. */
  readonly since: string;
  /**
   * The machine was started since an earlier holder, and what was written since this time (ms; null: at any time)
   * may be torn and is not repaired yet.
   */
  readonly tornSince?: number | null;
}
