import { test } from 'node:test';
import { needsCompiler } from '../disk/faulty-disk.js';
import { killServers } from './killing.js';

test('a server that ends between two changes of the disk leaves neither half', needsCompiler, (t) =>
  killServers(t, 1, 'call'),
);
