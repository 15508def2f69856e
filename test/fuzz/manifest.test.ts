import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no manifest means one thing to the registry and another to its clients, however it is written', (t) =>
  fuzz(t, new URL('./manifest.js', import.meta.url)));
