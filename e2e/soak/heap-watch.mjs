// Loaded into the coordinator before its own modules: writes what it still holds after a full collection, a line every ten seconds.
import { appendFileSync } from 'node:fs';

const file = process.env.SAGE_SOAK_HEAP;
if (file !== undefined && globalThis.gc) {
  const started = performance.now();
  const look = () => {
    globalThis.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    const seconds = Math.round((performance.now() - started) / 1000);
    appendFileSync(file, `${JSON.stringify({ seconds, heapUsed, external, rss })}\n`);
  };
  setInterval(look, 10_000).unref();
}
