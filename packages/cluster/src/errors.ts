/** A broker, a remote or a worker that cannot be used in its present state. */
export class ClusterError extends Error {
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterError';
    this.code = code;
  }
}

export type ClusterErrorCode =
  | 'BAD_ADDRESS'
  | 'NO_BROKER'
  | 'NAME_TAKEN'
  | 'NO_REMOTE'
  | 'BAD_HOST'
  | 'NO_HOST'
  | 'NO_AGENT';
