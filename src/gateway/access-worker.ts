import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { parseGroups } from '../access/group-file.js';
import { readAccessContent } from '../configuration/access-content.js';
import type { ReadingJob } from './access-reading.js';

/** Reads one file on a thread of its own, and ends. */
const { kind, file, label } = workerData as ReadingJob;
if (kind === 'rules') parentPort?.postMessage(await readAccessContent(file, label));
else {
  const { groups, problems } = parseGroups(await readFile(file), label);
  parentPort?.postMessage({ groups: [...groups.values()], problems });
}
