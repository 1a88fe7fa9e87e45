/** An agent that Sage cannot use: its name is unknown, or its program is missing. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: 'UNKNOWN_AGENT' | 'AGENT_NOT_FOUND' | 'NOT_SIGNED_IN' | 'NO_TURN_LIMIT' | 'NO_MODEL';
  readonly agent: string;

  constructor(code: AgentError['code'], agent: string, message: string) {
    super(message);
    this.code = code;
    this.agent = agent;
  }
}

/** The worker itself failed (no worktree, no shell): the agent never ran, or its work could not be read. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code = 'WORKER_FAILED';
  readonly ticket: string;

  constructor(ticket: string, message: string, options?: { cause?: unknown }) {
    super(`${ticket}: ${message}`, options);
    this.ticket = ticket;
  }
}

/** A command could not be run properly: its setup failed, or the disk is full. That says nothing about the work. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly code = 'MACHINE_FAILED';
}

/** A setting that cannot be used. Nothing was changed. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly code = 'WRONG_SETTING';
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.setting = setting;
  }
}
