import { parentPort, workerData } from 'node:worker_threads';
import { IndexDatabase } from './index-database.js';
import type { Answer, Job, Trouble, Work } from './job.js';

const { library, path } = workerData as { readonly library: string; readonly path: string };

async function openIndex(): Promise<Work | Error> {
  try {
    // Loaded here and now, since there are platforms without a binary of it.
    const { default: SQLite } = (await import(library)) as typeof import('libsql') & {
      default: typeof import('libsql');
    };
    return new IndexDatabase(SQLite, path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What SQLite and the system cannot do now, they may be able to do later. */
function troubleOf(error: unknown): Trouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_|^E[A-Z]+$|^INDEX_DAMAGED$/.test(code) ? 'unavailable' : 'failed';
}

function answer(work: Work | Error, { id, name, args }: Job): Answer {
  if (work instanceof Error) return { id, trouble: 'no library', reason: reasonOf(work) };
  try {
    const run = work[name] as (...args: readonly unknown[]) => unknown;
    return { id, result: run.apply(work, args as unknown[]) };
  } catch (error) {
    return { id, trouble: troubleOf(error), reason: reasonOf(error) };
  }
}

const index = openIndex();
parentPort?.on('message', (job: Job) => {
  void index.then((work) => parentPort?.postMessage(answer(work, job)));
});
