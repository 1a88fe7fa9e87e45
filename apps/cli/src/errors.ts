import type { Untrusted } from './trust/trust.ts';

/** Flags that exclude each other, or an invalid value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'WRONG_USAGE';
}

/** Programs or commands of the repository that the user has not confirmed on this machine. */
export class UntrustedError extends Error {
  override readonly name = 'UntrustedError';
  readonly code = 'NOT_TRUSTED';
  readonly untrusted: readonly Untrusted[];

  constructor(untrusted: readonly Untrusted[]) {
    const [first, ...others] = untrusted;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    super(
      `this repository wants to run ${first ? describeUntrusted(first) : 'something'}${more}, which you have not confirmed on this machine: look at it, then run sage trust`,
    );
    this.untrusted = untrusted;
  }
}

/** Describes it briefly, on one line. */
export function describeUntrusted({ what, text, ticket, loadsMore }: Untrusted): string {
  const notes = [
    ...(ticket === undefined ? [] : [`changed by ${ticket}`]),
    ...(loadsMore ? ['loads files that cannot be known in advance'] : []),
  ];
  const named = text === undefined ? what : `${what} ${JSON.stringify(text)}`;
  return notes.length === 0 ? named : `${named} (${notes.join('; ')})`;
}

/** A configuration file that cannot be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'WRONG_CONFIG';
  readonly file: string;

  constructor(file: string, message: string, options?: { cause?: unknown }) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}

/** A pull request could not be opened. The message is from gh or git. */
export class PullRequestError extends Error {
  override readonly name = 'PullRequestError';
}
