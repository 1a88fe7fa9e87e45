/** Exit codes of `sage`, the same for every command. */
export const EXIT = {
  ok: 0,
  unfinished: 1,
  wrongInput: 2,
  stopped: 3,
  internal: 70,
  interrupted: 130,
} as const;
