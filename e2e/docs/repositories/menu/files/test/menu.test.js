import assert from 'node:assert/strict';
import { test } from 'node:test';
import { menu } from '../src/menu.js';

test('there is cake', () => assert(menu.includes('apple cake')));
