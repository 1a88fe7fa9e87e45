import type { SecretForm } from './secret-forms.ts';

/**
 * What programs put between two characters of base64: the end of a line, as it is or as JSON writes it (in JSON in
 * JSON), and the escape of a slash.
 */
const BETWEEN = /(?:(?:\r|\\{1,4}r)?(?:\n|\\{1,4}n))?(?:\\{1,4}(?=\/))?/y;
/** What could become that with more text. */
const HALF = /^(?:\r|\\{1,4}r)?\\{0,4}$/;
/** No more than this is looked at for it. */
const LONGEST_HALF = 9;

/** Where a form that begins at this place of a text ends: undefined where it does not, `more` where more text decides. */
export function endOf(
  { text: form, wraps }: SecretForm,
  text: string,
  at: number,
): number | 'more' | undefined {
  if (wraps) return endOfWrapped(form, text, at);
  if (text.startsWith(form, at)) return at + form.length;
  const isCut = text.length - at < form.length && form.startsWith(text.slice(at));
  return isCut ? 'more' : undefined;
}

function endOfWrapped(form: string, text: string, from: number): number | 'more' | undefined {
  let at = from;
  for (let index = 0; index < form.length; index += 1, at += 1) {
    if (text[at] === form[index]) continue;
    if (index > 0) {
      BETWEEN.lastIndex = at;
      BETWEEN.test(text);
      at = BETWEEN.lastIndex;
      if (text[at] === form[index]) continue;
    }
    const isCut = text.length - at <= LONGEST_HALF && HALF.test(text.slice(at));
    return isCut ? 'more' : undefined;
  }
  return at;
}
