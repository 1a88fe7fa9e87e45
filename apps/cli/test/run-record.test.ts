import { expect, test } from 'vitest';
import { formatRecord, recordedBroker } from '../src/run-record.ts';

test('a run records the broker of its configuration without its password', async () => {
  const config = { broker: 'rediss://sage:s@cret@broker:6379' };
  const record = await formatRecord({ config, flags: {}, file: undefined, template: undefined, notices: [] });
  expect(JSON.stringify(record)).not.toMatch(/s@cret|cret@/);
  expect(recordedBroker(record)).toBe('rediss://broker:6379');
});
