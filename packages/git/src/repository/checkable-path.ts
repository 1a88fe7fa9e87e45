/** Code points that HFS+ ignores. */
const UNSEEN = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Whether git would check out a file with this name on every system. No part of it may be `.git`, in any spelling
 * that a file system treats as equal, or lead elsewhere. Git itself keeps such names out of its index, but not out of
 * trees.
 */
export function isCheckablePath(path: string, mode: string): boolean {
  const steps = path.split('/').map((step) => step.replaceAll(UNSEEN, '').toLowerCase());
  return steps.every((step) => {
    if (step === '' || step === '.' || step === '..') return false;
    const onWindows = step.split('\\').map((part) => (part.split(':')[0] ?? '').replace(/[. ]+$/, ''));
    if (onWindows.some((part) => part === '.git' || part === 'git~1')) return false;
    return mode !== '120000' || !/^(\.gitmodules|gi7eba~\d|gitmod~\d)$/.test(onWindows[0] ?? '');
  });
}
