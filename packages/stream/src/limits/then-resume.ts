/** What a person does when a run has stopped: the shell line can be pasted. */
export function thenResume(fix: string, resumeLine = 'sage stream --resume'): string {
  return `${fix}, then run ${resumeLine}`;
}
