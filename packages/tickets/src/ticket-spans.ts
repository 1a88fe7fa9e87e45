export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the objects of the top-level `tickets` list stand, in a text that JSON.parse has accepted and that is an
 * object. It only counts brackets outside strings: a syntax tree of the whole text takes five times as long,
 * and this is done for every landing.
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
      // A string value in this place sets the flag as well, but no list can follow it without a key between.
      if (depth === 1) afterKey = JSON.parse(text.slice(text.indexOf('"', from), end)) === 'tickets';
    } else if (last === '{' || last === '[') {
      if (depth === 1 && last === '[' && afterKey) {
        // Of duplicate keys the last counts, as for JSON.parse.
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
