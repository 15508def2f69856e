import { test } from 'node:test';
import { fuzz } from './fuzzing.js';

test('no password file lets in whom it does not name, or gives a hash away, however it is written', (t) =>
  fuzz(t, new URL('./password-file.js', import.meta.url)));
