import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, type Crew, clientsOfAll, startCrew } from './crew.js';

/** Each channel keeps its order: with the first answers the primary has what was told, with the second everybody has it. */
async function hearAll({ workforce }: Crew): Promise<void> {
  await workforce.collect();
  await workforce.collect();
}

test('who guesses at two workers in turns has the tries of one', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const [one, other] = [...(await clientsOfAll(crew, 2)).values()] as [Client, Client];
  const tries = [0, 0];
  for (let turn = 0; turn < 30; turn += 1) {
    const index = turn % 2;
    const asked = index === 0 ? one : other;
    if ((await asked.ask(`guess user${turn}`)) === 'true') tries[index] = (tries[index] ?? 0) + 1;
    await hearAll(crew);
  }
  assert.deepEqual(tries, [5, 5]);
  assert.equal(await other.ask('isKnown'), 'false');
  await one.ask('right');
  await hearAll(crew);
  assert.deepEqual([await one.ask('isKnown'), await other.ask('isKnown')], ['true', 'true']);
});
