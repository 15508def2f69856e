import type { Stage } from '../stage.js';

/** curl's exit code when its time is up, which is how these pulls are meant to end. */
const TIME_IS_UP = 28;
/** Seconds that are not worth another pull. */
const SHORTEST = 0.05;

/**
 * Gets a URL again and again for some seconds, whether a whole answer comes in that time or not: a gateway that is busy with
 * something else may take minutes for one.
 *
 * @returns bytes that came
 * @throws when anything but a success was answered
 */
export async function pullFor(stage: Stage, url: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let bytes = 0;
  for (;;) {
    const left = (end - performance.now()) / 1_000;
    if (left < SHORTEST) return bytes;
    const { code, stdout, stderr } = await stage.children.run(
      'curl',
      [
        ...['-sSk', '--http1.1', '--max-time', left.toFixed(3), '-o', '/dev/null'],
        ...['-w', '%{http_code} %{size_download}'],
        ...['-H', `Authorization: ${stage.identity.authorization}`, url],
      ],
      stage.directory,
    );
    const [status = 0, size = 0] = stdout.split(' ').map(Number);
    // No status: not even the head of an answer came in time.
    if ((code !== 0 && code !== TIME_IS_UP) || (status !== 200 && status !== 0))
      throw new Error(`curl ${url} ended with ${code} and status ${status}: ${stderr.trim()}`);
    bytes += size;
  }
}
