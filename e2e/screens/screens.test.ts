import { join } from 'node:path';
import { test } from 'vitest';
import { normalised } from './normalised.ts';
import { Recording } from './recording.ts';
import { Shop } from './shop.ts';

const SAGE = join(import.meta.dirname, '../../apps/cli/bin/sage.js');
const [ENTER, CTRL_C] = ['\r', '\u0003'];
/** Lines that may be wider than the terminal: they are there to be pasted. */
const COMMAND = /^(?:To retry what was deferred:|And now:| +(?:its log:|its work is kept:)?) ?(?:git|sage) /;

// Ctrl-C is for sage alone: the shell goes on, as that of a person does.
const RUN = `trap : INT; cd "$SHOP"; sage() { '${process.execPath}' '${SAGE}' "$@"; }
sage stream --auto --approve all --parallel=2; sage stream --resume`;

test.concurrent.for([60, 80, 200])(
  'what a person sees of a run at %i columns',
  async (columns, { expect, onTestFinished }) => {
    const shop = await Shop.create(onTestFinished);
    const terminal = new Recording(RUN, { columns, rows: 24, env: shop.environment(), onTestFinished });
    const keep = (name: string, screen: string) =>
      expect(`${normalised(screen)}\n`).toMatchFileSnapshot(`${columns}/${name}.txt`);
    const accept = async (ticket: string) => {
      const question = await terminal.shows(new RegExp(`◆ +${ticket} is finished`), /○ quit[^]*└/);
      terminal.press(ENTER);
      return question;
    };

    await keep('start', await terminal.shows(/^1 +SHOP-1 .*\ds$/m, /^2 +SHOP-2 .*\ds$/m));
    await shop.open('hours');
    await keep('question', await accept('SHOP-1'));
    await shop.open('closed', 'payments');
    await keep('live', await terminal.shows(/^1 +SHOP-3 +Bash/m, /^2 +SHOP-2 +Edit/m, /^1 of 5 landed/m));
    await shop.open('closed-written');
    await accept('SHOP-2');
    await keep('conflict', await terminal.shows(/conflict +SHOP-2/, /^2 +SHOP-2 +attempt 2/m));
    await shop.open('both');
    await accept('SHOP-2');
    await terminal.shows(/^2 +SHOP-5/m);
    await shop.open('no-key');
    await terminal.shows(/deferred +SHOP-3/, /^2 of 5 landed, 1 deferred/m);
    await shop.open('menu');
    await keep('limit', await terminal.shows(/limit; no worker starts/, /^─+\n\n\n\n2 of 5 landed/m));
    await shop.open('reset');
    terminal.press(CTRL_C);
    await accept('SHOP-5');
    await keep('end', await terminal.end());
    expect(terminal.tooWide().filter((line) => !COMMAND.test(line))).toEqual([]);
  },
);
