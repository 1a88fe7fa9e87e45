import type { UntrustedFile } from './trust/trust.ts';

/** Flags that exclude each other, or an invalid value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'WRONG_USAGE';
}

/** A configuration file that would run what a ticket has landed and nobody has looked at. */
export class UntrustedError extends Error {
  override readonly name = 'UntrustedError';
  readonly code = 'NOT_TRUSTED';
  readonly file: string;
  readonly untrusted: readonly UntrustedFile[];

  constructor(file: string, untrusted: readonly UntrustedFile[]) {
    const what = untrusted.map((one) => `${one.file} (changed by ${one.ticket})`).join(', ');
    super(
      `${file} is a program, and running it runs what tickets have landed: look at ${what}, then run sage trust`,
    );
    this.file = file;
    this.untrusted = untrusted;
  }
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
