import type { ProcessIdentity } from './process-identity.ts';

export interface LockOwner extends ProcessIdentity {
  readonly token: string;
  readonly purpose: string;
  /** ISO 8601. Only shown to people; nothing is decided by it. */
  readonly since: string;
  /**
   * Set if the machine was restarted since an earlier holder. Writes since this time (ms; null: at any time) may be
   * torn and have not been repaired yet.
   */
  readonly tornSince?: number | null;
}
