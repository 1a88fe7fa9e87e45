// Imported into `sage` by a test of pauses: its time runs this many times as fast.
import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';

const SPEED = 20;
const now = performance.now.bind(performance);
performance.now = () => now() * SPEED;
for (const name of ['setTimeout', 'setInterval']) {
  const start = globalThis[name];
  globalThis[name] = (callback, milliseconds = 0, ...rest) => start(callback, milliseconds / SPEED, ...rest);
}
const { setTimeout: delay } = promises;
promises.setTimeout = (milliseconds = 0, ...rest) => delay(milliseconds / SPEED, ...rest);
syncBuiltinESMExports();
