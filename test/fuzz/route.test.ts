import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no path of the registry leads out of the data directory, however it is written', (t) =>
  fuzz(t, new URL('./route.js', import.meta.url)));
