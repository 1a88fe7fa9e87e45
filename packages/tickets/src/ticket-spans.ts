export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The spans of the objects in the top-level `tickets` list. The text must be an object that JSON.parse has accepted.
 * Only counts brackets outside strings: a syntax tree of the whole text takes five times as long, and this runs for
 * every landing.
 */
export function ticketSpans(text: string): Span[] {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;
  let spans: Span[] = [];
  let depth = 0;
  let start = 0;
  let afterKey = false;
  let inTickets = false;
  for (let from = 0; token.test(text); from = token.lastIndex) {
    const end = token.lastIndex;
    const last = text[end - 1];
    if (last === '"') {
      // A string value here sets the flag too, but no list can follow it without a key in between.
      if (depth === 1) afterKey = JSON.parse(text.slice(text.indexOf('"', from), end)) === 'tickets';
    } else if (last === '{' || last === '[') {
      if (depth === 1 && last === '[' && afterKey) {
        // Of duplicate keys the last one counts, as in JSON.parse.
        spans = [];
        inTickets = true;
      }
      if (depth === 2) start = end - 1;
      depth++;
    } else {
      depth--;
      if (depth === 2 && inTickets && last === '}') spans.push({ start, end });
      if (depth === 1) inTickets = false;
    }
  }
  return spans;
}
