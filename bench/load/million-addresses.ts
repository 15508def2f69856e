/**
 * A program of its own: a million addresses guess once each, each at another user. Argument: URL of the guard's module.
 * Prints by how many megabytes the process has grown, what one guess cost, and how many addresses are remembered.
 */
interface Guard {
  begin(user: string, address: string): unknown;
  readonly addresses: number;
}

const MILLION = 1_000_000;
const { GuessGuard } = (await import(process.argv[2] ?? '')) as { GuessGuard: new () => Guard };

function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

const before = resident();
const guard = new GuessGuard();
const start = performance.now();
for (let index = 0; index < MILLION; index += 1)
  guard.begin(`user${index}`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
const microseconds = ((performance.now() - start) * 1_000) / MILLION;
const megabytes = (resident() - before) / 1e6;
process.stdout.write(
  JSON.stringify({ megabytes, 'us a guess': microseconds, 'addresses remembered': guard.addresses }),
);
