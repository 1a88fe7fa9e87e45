import { expect, test } from 'vitest';
import { BrokerContact } from '../src/broker/broker-contact.ts';

test('a broker that is silent is told of once, with why, and so is its return', async () => {
  let now = 0;
  const said: string[] = [];
  const contact = new BrokerContact(
    (text) => said.push(text),
    'agents go on',
    () => now,
  );
  expect(await contact.ask(async () => 'pong')).toBe('pong');
  now = 9_000;
  expect(await contact.ask(() => Promise.reject(new Error('OOM\nmore')))).toBeUndefined();
  expect(said).toEqual([]);
  const cause = Object.assign(new Error('EXECABORT'), { previousErrors: [new Error('OOM again')] });
  await contact.ask(() => Promise.reject(cause));
  for (now of [11_000, 20_000]) void contact.ask(() => new Promise(() => {}));
  expect(said).toEqual(['the broker does not answer (OOM again): agents go on']);
  expect(contact.silence).toBe(20_000);
  await contact.ask(async () => 'pong');
  expect(said.slice(1)).toEqual(['the broker answers again']);
  expect(contact.silence).toBe(0);
});
