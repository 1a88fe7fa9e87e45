import type { Grant, Granted } from './grant.ts';
import type { OwnSettings } from './own-settings.ts';
import type { PermissionPolicy } from './permission.ts';
import type { ReadEvent } from './report.ts';

/**
 * A coding agent: a line for the user's shell that reads its prompt from stdin and works in the current directory.
 */
export interface Agent {
  readonly name: string;
  /** `acp`: the line starts an Agent Client Protocol server instead, which talks over stdin and stdout. */
  readonly protocol?: 'acp';
  /**
   * What the agent may do without asking a person. The default is decided by its command; with the protocol, it is
   * `edits`.
   */
  readonly permissions?: PermissionPolicy;
  readonly command: string;
  /** Additional variables of the user's environment that the agent needs; `*` matches any text. */
  readonly environment?: readonly string[];
  /** Removes the agent's own sandbox from its shell line, because it would not work inside another sandbox. */
  readonly inSandbox?: (command: string) => string;
  /** Where the agent keeps settings, logins and sessions. */
  readonly state?: readonly StatePlace[];
  /** Whether a run costs tokens. If so, a person is warned before several are started. */
  readonly metered: boolean;
  /** Reads the events that the agent prints, one JSON object a line. Absent if it prints text. */
  readonly readEvent?: ReadEvent;
  /** The shell line that resumes a session, if supported. Session ids consist of letters, digits, `_` and `-`. */
  readonly resume?: (command: string, session: string) => string;
  /** How to install the program. */
  readonly install?: string;
  /** Absent if Sage does not know how the agent signs in. */
  readonly signIn?: SignIn | undefined;
  /** A session is tied to the folder where it began. An attempt in another worktree cannot resume it. */
  readonly sessionsStay?: boolean;
  /** How permissions are granted to the agent, if it supports that. */
  readonly grant?: (command: string, grant: Grant) => Granted;
  /** The user's settings of the agent for a checkout. */
  readonly ownSettings?: (root: string, variables: NodeJS.ProcessEnv) => Promise<OwnSettings>;
  /** The shell line that selects a model, if supported. The model is already quoted for the shell. */
  readonly chooseModel?: (command: string, model: string) => string;
  /** The shell line that limits the number of turns, if supported. */
  readonly limitTurns?: (command: string, turns: number) => string;
  /** Figures that a resumed session reports for all its turns together. */
  readonly cumulative?: { readonly tokens?: boolean; readonly cost?: boolean } | undefined;
}

/** A file or folder below HOME in which an agent keeps data between sessions. */
export interface StatePlace {
  /** `~/...`, or `$NAME` if a variable names it. */
  readonly place: string;
  /** Files with logins, which the agent rewrites when it renews one. */
  readonly logins?: readonly string[];
  /** Names of what its sessions write; a trailing `*` matches any text. Everything else is settings. */
  readonly sessions?: readonly string[];
}

/**
 * Where an agent's credentials are (in variables, or in files below HOME or below `$VARIABLE`), and how to create
 * them.
 */
interface SignIn {
  readonly variables: readonly string[];
  readonly files: readonly string[];
  readonly fix: string;
  /** Files whose text may refer to another way to sign in, which only the agent knows. */
  readonly elsewhere?: readonly (readonly [file: string, names: RegExp])[];
  /** Systems where credentials are in a keychain that only the agent can open. */
  readonly keychains?: readonly NodeJS.Platform[];
  /** Signing in is optional. */
  readonly optional?: boolean;
}
