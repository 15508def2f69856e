import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no range leads out of the content, however it is written', (t) =>
  fuzz(t, new URL('./range.js', import.meta.url)));
