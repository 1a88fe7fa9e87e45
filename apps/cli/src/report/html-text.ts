/** Escapes text of tickets and agents for HTML, as content and in quoted attributes. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFE\uFFFF]/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** As much of a text as fits in `bytes` of HTML. */
export function clipped(text: string, bytes: number): string {
  let html = '';
  let size = 0;
  for (const character of text.trim()) {
    const next = escaped(character);
    size += Buffer.byteLength(next);
    if (size > bytes - 3) return `${html.trimEnd()}\u{2026}`;
    html += next;
  }
  return html;
}
