import { test } from 'node:test';
import { needsCompiler } from '../disk/faulty-disk.js';
import { killServers } from './killing.js';

test('two servers on one directory keep their promises, however often each is killed', needsCompiler, (t) =>
  killServers(t, 2, 'either'),
);
