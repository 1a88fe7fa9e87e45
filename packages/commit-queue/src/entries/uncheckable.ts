import { isCheckablePath } from '@sage/git';

const NAME_MAX_BYTES = 255;
/** Including the terminating zero. */
const PATH_MAX_BYTES = 4096;

/** Why no checkout in `root` could have the files added by this difference (a result of `GitSession.diffTrees`). */
export function uncheckable(change: Buffer, root: string): string | undefined {
  // As bytes, because the limits are in bytes.
  const fields = change.toString('latin1').split('\0');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = ''] = (fields[at] ?? '').split(' ');
    const bytes = fields[at + 1] ?? '';
    if (mode === '000000') continue;
    const path = Buffer.from(bytes, 'latin1').toString();
    if (!isCheckablePath(path, mode)) return told(path, 'which git would never check out: take it out');
    if (bytes.split('/').some((step) => step.length > NAME_MAX_BYTES))
      return told(path, `a name of more than ${NAME_MAX_BYTES} bytes: shorten it`);
    if (Buffer.byteLength(root) + 1 + bytes.length >= PATH_MAX_BYTES)
      return told(path, `a path of more than ${PATH_MAX_BYTES - 1} bytes: shorten it`);
  }
  return undefined;
}

function told(path: string, why: string): string {
  const shortened = path.length > 100 ? `${path.slice(0, 97)}...` : path;
  return `it has ${JSON.stringify(shortened)}, ${why}`;
}
