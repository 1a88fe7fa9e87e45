import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from '../sandbox.ts';
import { Browser, findBrowser } from './browser.ts';

const program = findBrowser();

const HOSTILE = [
  '<script>window.ran = 1</script>',
  '<img src=https://example.org/x.png onerror="window.ran = 1">',
  '"><svg onload="window.ran = 1"><style>@import "https://example.org/x.css"</style>',
  "</title></style><link rel=stylesheet href=https://example.org/x.css><base href='https://example.org/'>",
  `a word that has no end ${'x'.repeat(400)}`,
  '\u{202e}right to left\u{202c} and <iframe src=https://example.org></iframe>',
];
const TICKETS = HOSTILE.map((title, nth) => ({
  id: `API-${nth}`,
  title,
  ...(nth > 1 && { dependencies: [`API-${nth % 2}`] }),
}));
const AGENT = `test $SAGE_TICKET_ID != API-1 || { echo "$SAGE_TICKET_TITLE <b onclick=1>no</b>"; exit 1; }; ${WRITE_OWN_FILE}`;

/** What a reader would see of it: pixels of what is drawn, and whatever is wider than the window. */
const LAYOUT = `({
  ran: window.ran ?? false,
  scripts: document.scripts.length,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  wide: [...document.body.querySelectorAll('*')]
    .filter((element) => !element.closest('.graph svg') && !element.closest('.scroll table'))
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((element) => element.outerHTML.slice(0, 80)),
  bars: [...document.querySelectorAll('.bars i')].filter((bar) => bar.checkVisibility() && bar.clientHeight > 5).length,
  narrow: [...document.querySelectorAll('th, .tickets td:nth-child(2)')]
    .filter((cell) => cell.checkVisibility() && (cell.tagName === 'TH' ? cell.clientHeight > 40 : cell.clientWidth < 200))
    .map((cell) => cell.textContent),
  graph: document.querySelector('.graph svg').getBoundingClientRect().height > 20,
  background: getComputedStyle(document.body).backgroundColor,
  color: getComputedStyle(document.body).color,
})`;

const COLOURS = {
  light: { background: 'rgb(255, 255, 255)', color: 'rgb(31, 35, 40)' },
  dark: { background: 'rgb(13, 17, 23)', color: 'rgb(230, 237, 243)' },
} as const;

test.skipIf(program === undefined)(
  'the report is a page that runs nothing, loads nothing, and fits a phone and a desk (needs chromium)',
  async () => {
    const sandbox = await Sandbox.create(TICKETS);
    const run = await sandbox.sage('stream', '--auto', '--max-attempts=1', '--agent-command', AGENT);
    expect(run.exitCode).toBe(1);
    await sandbox.write('report.html', (await sandbox.sage('report', '--format', 'html')).stdout);
    const url = pathToFileURL(join(sandbox.root, 'report.html')).href;

    const profile = await mkdtemp(join(tmpdir(), 'sage-browser-'));
    const browser = await Browser.open(program!, profile);
    onTestFinished(async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    });
    for (const [scheme, colours] of Object.entries(COLOURS)) {
      for (const width of [360, 1280]) {
        const size = { width, height: 800, deviceScaleFactor: 1, mobile: width < 400 };
        await browser.send('Emulation.setDeviceMetricsOverride', size);
        const features = [{ name: 'prefers-color-scheme', value: scheme }];
        await browser.send('Emulation.setEmulatedMedia', { features });
        await browser.goTo(url);
        const layout = await browser.evaluate(LAYOUT);
        expect({ scheme, width, layout }).toEqual({
          scheme,
          width,
          layout: {
            ran: false,
            scripts: 0,
            overflow: 0,
            wide: [],
            narrow: [],
            bars: 4,
            graph: true,
            ...colours,
          },
        });
        const methods = browser.events.map(({ method }) => method);
        expect(methods).not.toContain('Runtime.exceptionThrown');
        expect(methods).not.toContain('Page.javascriptDialogOpening');
        expect(browser.events.filter(({ method }) => /^Log\.entryAdded|consoleAPI/.test(method))).toEqual([]);
        const requests = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent');
        expect(requests.map(({ params }) => params['documentURL'])).toEqual([url]);
      }
    }
  },
);
