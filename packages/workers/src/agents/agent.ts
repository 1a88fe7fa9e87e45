import type { Grant, Granted } from './grant.ts';
import type { OwnSettings } from './own-settings.ts';
import type { PermissionPolicy } from './permission.ts';
import type { ReadEvent } from './report.ts';

/** A coding agent: a line for the user's shell that reads its prompt from stdin and works in the current directory. */
export interface Agent {
  readonly name: string;
  /** `acp`: the line starts a server of the Agent Client Protocol instead, spoken to through its stdin and stdout. */
  readonly protocol?: 'acp';
  /** What it may do without a person; by default as its command says, and `edits` where it asks by the protocol. */
  readonly permissions?: PermissionPolicy;
  readonly command: string;
  /** Variables of the user's environment that it needs besides those that every command sees; `*` is any text. */
  readonly environment?: readonly string[];
  /** Its shell line without a sandbox of its own, which would not work in another. */
  readonly inSandbox?: (command: string) => string;
  /** Where it keeps settings, logins and sessions. */
  readonly state?: readonly StatePlace[];
  /** Whether a run costs tokens, so that a person is warned before several are started. */
  readonly metered: boolean;
  /** Reads the events that it prints, a JSON object a line; absent where it prints text. */
  readonly readEvent?: ReadEvent;
  /** The shell line that resumes a session, if the program can. Session ids are words of letters, digits, `_`, `-`. */
  readonly resume?: (command: string, session: string) => string;
  /** How to get the program. */
  readonly install?: string;
  /** Absent where Sage does not know how the agent signs in. */
  readonly signIn?: SignIn | undefined;
  /** A session belongs to the folder that it began in: another attempt, in another worktree, cannot resume it. */
  readonly sessionsStay?: boolean;
  /** How it is allowed what it is granted, where it has such a notion. */
  readonly grant?: (command: string, grant: Grant) => Granted;
  /** What the user has set in it for a checkout. */
  readonly ownSettings?: (root: string, variables: NodeJS.ProcessEnv) => Promise<OwnSettings>;
  /** The shell line that chooses a model, where it can. The model is quoted for the shell. */
  readonly chooseModel?: (command: string, model: string) => string;
  /** The shell line that limits how many turns it takes in one go, where it can. */
  readonly limitTurns?: (command: string, turns: number) => string;
  /** Figures that a resumed session reports for all its turns together. */
  readonly cumulative?: { readonly tokens?: boolean; readonly cost?: boolean } | undefined;
}

/** A file or folder below HOME in which an agent keeps what it knows from one session to the next. */
export interface StatePlace {
  /** `~/...`, or `$NAME` where a variable names it. */
  readonly place: string;
  /** Files with logins, which the agent writes to when it renews one. */
  readonly logins?: readonly string[];
  /** What its sessions write, by name; a `*` at the end stands for any text. The rest is settings. */
  readonly sessions?: readonly string[];
}

/** Where an agent's credentials are: variables, or files below HOME or below `$VARIABLE`; and how to make them. */
interface SignIn {
  readonly variables: readonly string[];
  readonly files: readonly string[];
  readonly fix: string;
  /** Files whose text may name another way in, which only the agent knows. */
  readonly elsewhere?: readonly (readonly [file: string, names: RegExp])[];
  /** Systems where it keeps credentials in a keychain that only the agent opens. */
  readonly keychains?: readonly NodeJS.Platform[];
  /** It works without, too. */
  readonly optional?: boolean;
}
