/**
 * A program of its own: a million addresses guess once each, each at another user. Argument: URL of the guard's module.
 * Prints by how many megabytes the process has grown, what one guess cost, and how many addresses are remembered.
 */
interface Guard {
  begin(user: string, address: string): unknown;
  readonly addresses: number;
}

const MILLION = 1_000_000;
const WARM_UP = 200_000;
const { GuessGuard } = (await import(process.argv[2] ?? '')) as { GuessGuard: new () => Guard };

function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

function guess(guard: Guard, times: number): void {
  for (let index = 0; index < times; index += 1)
    guard.begin(`user${index}`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
}

// A process that has done some work has a heap for short-lived objects already, which a new one would seem to need here.
guess(new GuessGuard(), WARM_UP);
await new Promise(setImmediate);
const before = resident();
const guard = new GuessGuard();
const start = performance.now();
guess(guard, MILLION);
const microseconds = ((performance.now() - start) * 1_000) / MILLION;
const megabytes = (resident() - before) / 1e6;
process.stdout.write(
  JSON.stringify({ megabytes, 'us a guess': microseconds, 'addresses remembered': guard.addresses }),
);
