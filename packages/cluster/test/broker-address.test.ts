import { expect, test } from 'vitest';
import { assertBrokerAddress, withoutPassword } from '../src/broker/broker-address.ts';

const BROKEN = ['a/b', 'a?b', 'a#b', '1/b', '50%off', 'a b'];

test('a password that is not encoded is refused, with how to write it and without the password', () => {
  for (const password of BROKEN) {
    const refused = () => assertBrokerAddress(`redis://sage:${password}@broker:6379`);
    expect(refused).toThrow(/^broker "redis:\/\/broker:6379" is not an address .* \/ is written %2F/);
    expect(() =>
      assertBrokerAddress(`redis://sage:${encodeURIComponent(password)}@broker:6379`),
    ).not.toThrow();
  }
});

test('what is no address is refused', () => {
  for (const text of ['', 'broker:6379', 'http://broker', 'redis://', 'redis:///0'])
    expect(() => assertBrokerAddress(text)).toThrow('is not an address');
  for (const text of ['redis://broker', 'redis://[::1]:6379/0', 'rediss://sage:x@broker:6379'])
    expect(() => assertBrokerAddress(text)).not.toThrow();
});

test('no part of a password is shown', () => {
  for (const password of [...BROKEN, 'p@ss', 'p@/ss@'])
    expect(withoutPassword(`rediss://sage:${password}@broker:6379/1`)).toBe('rediss://broker:6379/1');
  expect(withoutPassword('redis://broker?password=secret')).toBe('redis://broker');
});
