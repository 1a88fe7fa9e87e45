// A scripted stand-in for a coding agent: reads its ticket, takes a moment, edits files, ends. No model, no network.
// Argument: the milliseconds that it takes.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const ticket = JSON.parse(readFileSync(process.env.SAGE_TICKET_FILE, 'utf8'));
const prompt = readFileSync(0, 'utf8');
console.log(`${prompt.split('\n').length} lines of prompt for ${ticket.id}`);
await delay(Number(process.argv[2] ?? 600));

const menu = (line) => {
  if (!existsSync('menu.md')) writeFileSync('menu.md', '# Menu\n\n');
  appendFileSync('menu.md', line);
};

const work = {
  'SITE-001': () =>
    writeFileSync('index.html', '<link rel="stylesheet" href="style.css">\n<h1>Corner Bakery</h1>\n'),
  'SITE-002': () => writeFileSync('style.css', 'h1 { color: saddlebrown }\n'),
  // Both start from a repository without a menu: the second one to land conflicts, and is tried again on top of the first.
  'SITE-003': () => menu('- Cakes: apple, plum\n'),
  'SITE-004': () => menu('- Drinks: coffee, tea\n'),
  'SITE-005': () => writeFileSync('print.css', '@media print { nav { display: none } }\n'),
  'SITE-006': () =>
    writeFileSync('check-links.sh', '#!/bin/sh\ngrep -q style.css index.html\n', { mode: 0o755 }),
  'SITE-007': () => {
    console.error('the payment provider answers 403: no key for this account');
    process.exitCode = 1;
  },
  'SITE-009': () => writeFileSync('NOTES.md', '# 1.0\n\nA page, a menu, and a way to print it.\n'),
};
work[ticket.id]();
