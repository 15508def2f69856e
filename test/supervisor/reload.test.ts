import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, formatProblem } from '../../src/configuration/problem.js';
import { until } from '../harness/until.js';
import { type Client, type Crew, clientsOfAll, startCrew } from './crew.js';

const realms = (clients: Iterable<Client>): Promise<string[]> =>
  Promise.all([...clients].map((client) => client.ask('realm')));

/** What the workers have noted, without who and without how they started. */
const told = (crew: Crew): string[] =>
  crew
    .notes()
    .map((line) => line.replace(/^\d+ /, ''))
    .filter((line) => !line.startsWith('start'));

test('all workers take a configuration over, and those that come later start with it', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const clients = await clientsOfAll(crew, 2);
  const problems = await crew.workforce.reload(crew.configuration({ workers: 2, realm: 'second' }));
  assert.deepEqual(problems, []);
  assert.deepEqual(await realms(clients.values()), ['second', 'second']);
  const [victim] = clients.keys();
  process.kill(victim ?? 0, 'SIGKILL');
  await until(
    () => crew.workforce.status().some(({ restarts, state }) => restarts === 1 && state === 'ready'),
    'another',
  );
  assert.deepEqual(await realms((await clientsOfAll(crew, 2)).values()), ['second', 'second']);
});

test('when one worker refuses a configuration it changes nothing at any, and the reason is told', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const client = await crew.client();
  await client.pid();
  const problems = await crew.workforce.reload(crew.configuration({ workers: 3, realm: 'half' }));
  assert.deepEqual(problems.map(formatProblem), ['/etc/dockgate.yaml:7: realm: one of us is against it.']);
  const broken = await crew.workforce.reload(crew.configuration({ realm: 'wrong' }));
  assert.deepEqual(broken.map(formatProblem), ['/etc/dockgate.yaml:7: realm: it is wrong.']);
  assert.equal(await client.ask('realm'), 'first');
  assert.equal(crew.workforce.status().length, 2);
  assert.equal(told(crew).filter((line) => line.startsWith('discard')).length, 4);
  assert.equal(told(crew).filter((line) => line.startsWith('commit')).length, 0);
});

test('what fails between the two phases changes nothing either', async (t) => {
  const crew = await startCrew(t);
  const problem = { place: undefined, message: 'listen: cannot listen there' };
  const problems = await crew.workforce.reload(crew.configuration({ realm: 'second' }), () => {
    throw new ConfigurationError([problem]);
  });
  assert.deepEqual(problems, [problem]);
  assert.equal(await (await crew.client()).ask('realm'), 'first');
  assert.deepEqual(told(crew), ['prepare second', 'discard second']);
});

test('a worker that dies while it prepares is left out, and its replacement has what the others have', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const client = await crew.client();
  const victim = await client.pid();
  assert.deepEqual(await crew.workforce.reload(crew.configuration({ workers: 2, realm: 'deadly' })), []);
  await until(
    () => crew.workforce.status().filter(({ state }) => state === 'ready').length === 2,
    'there is another worker',
  );
  const clients = await clientsOfAll(crew, 2);
  assert.ok(!clients.has(victim));
  await until(async () => (await realms(clients.values())).join() === 'deadly,deadly', 'both have it');
});

test('a worker that does not answer in time stops a configuration from being taken over', async (t) => {
  const crew = await startCrew(t, { limits: { takeover: 300, collect: 100, overdue: 1 } });
  const client = await crew.client();
  client.send('block');
  await until(async () => (await crew.workforce.collect()).length === 0, 'the worker hangs');
  const [problem] = await crew.workforce.reload(crew.configuration({ realm: 'second' }));
  assert.match(problem?.message ?? '', /worker \d+ was not prepared for the configuration within 0.3 s/);
});

test('another number of workers holds too', async (t) => {
  const crew = await startCrew(t);
  const ready = (): number => crew.workforce.status().filter(({ state }) => state === 'ready').length;
  await crew.workforce.reload(crew.configuration({ workers: 3 }));
  await until(() => ready() === 3, 'there are three');
  const clients = await clientsOfAll(crew, 3);
  await crew.workforce.reload(crew.configuration({ workers: 1 }));
  assert.equal(ready(), 1);
  assert.deepEqual(await realms(clients.values()), ['first', 'first', 'first']);
  for (const client of clients.values()) client.end();
  await until(() => crew.workforce.status().length === 1, 'the others have ended');
});
