import cluster, { type Worker } from 'node:cluster';
import { openGuard } from '../../src/gateway/guard.js';
import { relayGuesses } from '../../src/identity/guard-relay.js';

/**
 * A program of its own: a primary that relays, and two workers with the guard that the gateway opens. Somebody guesses at both
 * in turns, each time after the other has heard of the last try, and then gets one password right at the first. Prints how
 * many tries each let through, and which of them know the pair.
 */
const ADDRESS = '192.0.2.1';
const USER = 'ada';

type Question = { readonly try: string } | { readonly right: true } | { readonly knows: true };

function answerOf(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    // The worker's announcements come the same way.
    const listener = (message: { answer?: boolean }): void => {
      if (message.answer === undefined) return;
      worker.off('message', listener);
      resolve(message.answer);
    };
    worker.on('message', listener);
  });
}

function ask(worker: Worker, question: Question): Promise<boolean> {
  const answered = answerOf(worker);
  worker.send(question);
  return answered;
}

async function primary(): Promise<void> {
  const end = relayGuesses(cluster);
  const workers = [cluster.fork(), cluster.fork()];
  // Each says when it listens; what is sent before would be lost.
  await Promise.all(workers.map((worker) => answerOf(worker)));
  const tries = workers.map(() => 0);
  for (let turn = 0; turn < 40; turn += 1) {
    const index = turn % 2;
    const worker = workers[index];
    if (worker === undefined) continue;
    if (await ask(worker, { try: `user${turn}` })) tries[index] = (tries[index] ?? 0) + 1;
  }
  const [first, second] = workers;
  const known: boolean[] = [];
  if (first !== undefined && second !== undefined) {
    await ask(first, { right: true });
    known.push(await ask(first, { knows: true }), await ask(second, { knows: true }));
  }
  process.stdout.write(`${JSON.stringify({ tries, known })}\n`);
  end();
  for (const worker of workers) worker.kill();
}

function serve(): void {
  const guard = openGuard([]);
  process.on('message', (question: Question | { readonly type: string }) => {
    if ('type' in question) return;
    if ('try' in question) answer(typeof guard.begin(question.try, ADDRESS) !== 'number');
    else if ('right' in question) {
      const attempt = guard.begin(USER, '192.0.2.2');
      if (typeof attempt !== 'number') attempt.succeed();
      answer(true);
    } else {
      const attempt = guard.begin(USER, '192.0.2.2');
      answer(typeof attempt !== 'number' && attempt.isKnown);
    }
  });
  answer(true);
}

/** After what the guard announces in this turn: the channel keeps the order, so the sibling hears that first. */
function answer(value: boolean): void {
  setImmediate(() => setImmediate(() => process.send?.({ answer: value })));
}

if (cluster.isPrimary) await primary();
else serve();
