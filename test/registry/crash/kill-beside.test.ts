import { test } from 'node:test';
import { killServers } from './killing.js';

test('what two servers on one directory have acknowledged is whole, however often each is killed', (t) =>
  killServers(t, 2, 120));
