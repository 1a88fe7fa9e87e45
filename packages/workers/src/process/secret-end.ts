import type { SecretForm } from './secret-forms.ts';

/**
 * Characters that may appear between two characters of base64: a line break, raw or as JSON writes it (also in nested
 * JSON), and the escape of a slash.
 */
const BETWEEN = /(?:(?:\r|\\{1,4}r)?(?:\n|\\{1,4}n))?(?:\\{1,4}(?=\/))?/y;
/** Text that could become such a separator if more text follows. */
const HALF = /^(?:\r|\\{1,4}r)?\\{0,4}$/;
/** The longest such text. */
const LONGEST_HALF = 9;

/**
 * The end of a form that starts at this place in a text. Undefined if it does not match, `more` if the text is too
 * short to tell.
 */
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
