/** An agent that Sage cannot use: the name is not known, or its program is not there. */
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

/** The worker itself could not do its part (no worktree, no shell): the agent never ran, or its work could not be read. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code = 'WORKER_FAILED';
  readonly ticket: string;

  constructor(ticket: string, message: string, options?: { cause?: unknown }) {
    super(`${ticket}: ${message}`, options);
    this.ticket = ticket;
  }
}

/** A command could not be run as it should be: its setup failed, or there is no room. It says nothing about the work. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly code = 'MACHINE_FAILED';
}

/** A setting that cannot be used; nothing was changed. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly code = 'WRONG_SETTING';
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.setting = setting;
  }
}
