import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../repository.ts';
import { replaceFile } from '../files/replace-file.ts';

const BEGIN = '# sage: begin (kept out of git, not in .gitignore)';
const END = '# sage: end';

/**
 * Hides `patterns` (as in .gitignore) from git, with one marked block in `info/exclude`. Everything else in that file
 * stays. Repeating it changes nothing.
 */
export async function excludeFromGit(repository: Repository, patterns: readonly string[]): Promise<void> {
  const file = join(repository.commonDir, 'info/exclude');
  // latin1 preserves bytes that are not UTF-8.
  const text = await readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END, begin);
  const present = begin >= 0 && end > begin ? lines.slice(begin + 1, end) : [];
  const wanted = [...new Set([...present, ...patterns])];
  if (wanted.length === present.length) return;
  const block = [BEGIN, ...wanted, END];
  if (begin >= 0 && end > begin) lines.splice(begin, end - begin + 1, ...block);
  else
    lines.splice(
      lines.at(-1) === '' ? lines.length - 1 : lines.length,
      0,
      ...block,
      ...(lines.at(-1) === '' ? [] : ['']),
    );
  await mkdir(join(repository.commonDir, 'info'), { recursive: true });
  await replaceFile(file, Buffer.from(lines.join('\n'), 'latin1'));
}
