import { MANIFEST_TYPE } from '../fixture/image.js';
import type { Stage } from '../stage.js';

const COMMON = [
  '-sSk',
  '--http1.1',
  '-o',
  '/dev/null',
  '-w',
  '%{http_code} %{size_download} %{size_upload}\\n',
];

/** Gets a URL several times over one connection, and sees that each time all bytes came. */
export async function pull(stage: Stage, url: string, times: number, bytes: number): Promise<void> {
  const one = [...COMMON, '-H', `Authorization: ${stage.identity.authorization}`, url];
  await transfer(stage, one, times, ([status, received]) => status === 200 && received === bytes);
}

/**
 * Sends a file chunked several times over one connection, as docker sends a layer, and sees that all bytes went.
 *
 * @param file whose content is sent. @param method PATCH is the one of docker
 */
export async function push(
  stage: Stage,
  url: string,
  times: number,
  file: { readonly path: string; readonly bytes: number },
): Promise<void> {
  const one = [
    ...[...COMMON, '-X', 'PATCH', '-T', file.path],
    ...['-H', 'Transfer-Encoding: chunked', '-H', 'Expect:', '-H', 'Content-Type: application/octet-stream'],
    ...['-H', `Authorization: ${stage.identity.authorization}`, url],
  ];
  // curl counts the framing of the chunks as well.
  await transfer(stage, one, times, ([status, , sent = 0]) => status === 201 && sent >= file.bytes);
}

async function transfer(
  stage: Stage,
  one: readonly string[],
  times: number,
  isWhole: (told: readonly number[]) => boolean,
): Promise<void> {
  const all = Array.from({ length: times }, (_, index) => (index === 0 ? one : ['--next', ...one])).flat();
  const output = await stage.children.succeed('curl', all, stage.directory);
  for (const line of output.trim().split('\n')) {
    if (!isWhole(line.split(' ').map(Number)))
      throw new Error(`curl ${one.at(-1)}: not whole; status, bytes received and sent are ${line}`);
  }
}

/** The status of one request, with or without the password. */
export async function statusOf(stage: Stage, url: string, withPassword: boolean): Promise<number> {
  const authorization = withPassword ? ['-H', `Authorization: ${stage.identity.authorization}`] : [];
  const output = await stage.children.succeed(
    'curl',
    [...COMMON, '-H', `Accept: ${MANIFEST_TYPE}`, ...authorization, url],
    stage.directory,
  );
  return Number(output.slice(0, 3));
}
