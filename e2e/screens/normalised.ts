/** Of a shape, `d` is a digit and `h` a hexadecimal one. */
const NAMES = [
  ['dddddddd-dddddd-hhhhhh', '20260102-120000-abcdef'],
  ['sage/dddd-dd-dd-hhhhhh', 'sage/2026-01-02-abcdef'],
  ['hhhhhhhhhh..', 'c0ffee1234..'],
  ['  hhhhhhhhhh  ', '  c0ffee1234  '],
] as const;

/** A screen without what differs between two recordings; each line stays as long as it is. */
export function normalised(screen: string): string {
  let text = screen;
  for (const [shape, name] of NAMES) text = text.replaceAll(broken(shape), (found) => brokenAs(found, name));
  return (
    text
      // Which of two workers has its worktree first is up to the machine.
      .replaceAll(/(?:^ {2}worker .*\n)+/gm, (rows) =>
        rows
          .split(/(?<=\n)/)
          .toSorted()
          .join(''),
      )
      // A second digit of a time has its place from the text before it.
      .replaceAll(/.… {2}\ds$/gm, '…  00s')
      .replaceAll(/(?:\d+m | )?\d+s$/gm, (time) => '00s'.padStart(time.length))
  );
}

/** A terminal breaks lines that are too long, at any character. */
function broken(shape: string): RegExp {
  const classes = Array.from(shape, (one) => ({ d: '\\d', h: '[0-9a-f]', '.': '\\.' })[one] ?? one);
  return new RegExp(classes.join('\n?'), 'g');
}

function brokenAs(found: string, name: string): string {
  let at = 0;
  return Array.from(found, (one) => (one === '\n' ? one : name[at++])).join('');
}
