import type { TestContext } from 'node:test';

const works = new WeakMap<TestContext, (() => unknown)[]>();

/**
 * Undoes what a test has set up, the last first: a directory goes after the server that writes to it. The test runner's own
 * hooks run in the order in which they were set.
 */
export function afterwards(test: TestContext, work: () => unknown): void {
  const known = works.get(test);
  if (known !== undefined) {
    known.push(work);
    return;
  }
  const list = [work];
  works.set(test, list);
  test.after(async () => {
    const failures: unknown[] = [];
    for (const each of list.reverse())
      await Promise.resolve()
        .then(each)
        .catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  });
}
