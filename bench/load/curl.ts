import type { LayeredImage } from '../fixture/layered-image.js';
import { MANIFEST_TYPE } from '../fixture/manifest.js';
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
  const one = [...COMMON, ...patch(stage, url, file.path)];
  // curl counts the framing of the chunks as well.
  await transfer(stage, one, times, ([status, , sent = 0]) => status === 201 && sent >= file.bytes);
}

/**
 * Sends a file chunked to an upload of a registry.
 *
 * @returns where the upload goes on, the field Location of the answer
 */
export async function pushToUpload(stage: Stage, url: string, path: string): Promise<string> {
  const args = ['-sSk', '--http1.1', '-D', '-', ...patch(stage, url, path)];
  const answer = await stage.children.succeed('curl', args, stage.directory);
  const location = /^location: *(\S+)/im.exec(answer)?.[1];
  if (!answer.startsWith('HTTP/1.1 202 ') || location === undefined)
    throw new Error(`PATCH ${url} was answered with\n${answer}`);
  return location;
}

function patch(stage: Stage, url: string, path: string): string[] {
  return [
    ...['-X', 'PATCH', '-T', path],
    ...['-H', 'Transfer-Encoding: chunked', '-H', 'Expect:', '-H', 'Content-Type: application/octet-stream'],
    ...['-H', `Authorization: ${stage.identity.authorization}`, url],
  ];
}

/** Gets everything that an image consists of, three things at a time as docker does, and sees that all bytes came. */
export async function pullImage(stage: Stage, origin: string, image: LayeredImage): Promise<void> {
  const output = await stage.children.succeed(
    'curl',
    [
      ...['-sSk', '--http1.1', '--parallel', '--parallel-max', '3', '-w', '%{http_code} %{size_download}\\n'],
      ...['-H', `Authorization: ${stage.identity.authorization}`, '-H', `Accept: ${MANIFEST_TYPE}`],
      ...image.paths.flatMap((path) => ['-o', '/dev/null', `${origin}${path}`]),
    ],
    stage.directory,
  );
  const told = output
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const bytes = told.reduce((sum, [, received = 0]) => sum + received, 0);
  if (told.length !== image.paths.length || told.some(([status]) => status !== 200) || bytes !== image.bytes)
    throw new Error(`an image did not come whole; status and bytes of each part are\n${output}`);
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
