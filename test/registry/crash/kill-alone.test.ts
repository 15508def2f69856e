import { test } from 'node:test';
import { killServers } from './killing.js';

test('what a server has acknowledged is whole, and nothing is half, at whatever moment it is killed', (t) =>
  killServers(t, 1, 'signal'));
