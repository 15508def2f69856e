/**
 * Works on elements side by side and yields what comes of them in their order, whatever their number.
 *
 * @param width how many at once.
 */
export async function* lookahead<In, Out>(
  elements: AsyncIterable<In>,
  width: number,
  work: (element: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const running: Promise<Out>[] = [];
  for await (const element of elements) {
    const result = work(element);
    // Awaited in its turn below; a failure must not count as unheard until then.
    result.catch(() => undefined);
    running.push(result);
    const first = running.length < width ? undefined : running.shift();
    if (first !== undefined) yield await first;
  }
  for (const result of running) yield await result;
}
