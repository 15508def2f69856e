import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no archive makes its reader fail, run on, or give more than it holds', (t) =>
  fuzz(t, new URL('./archive.js', import.meta.url)));
