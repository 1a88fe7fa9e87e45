/** A file or folder below HOME in which an agent keeps what it knows from one session to the next. */
export interface StatePlace {
  /** `~/...`, or `$NAME` where a variable names it. */
  readonly place: string;
  /** Files with logins, which the agent writes to when it renews one. */
  readonly logins?: readonly string[];
  /** What its sessions write, by name; a `*` at the end stands for any text. The rest is settings. */
  readonly sessions?: readonly string[];
}
