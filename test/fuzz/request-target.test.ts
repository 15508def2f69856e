import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no request target is read in two ways or leads out of its path, however it is written', (t) =>
  fuzz(t, new URL('./request-target.js', import.meta.url)));
