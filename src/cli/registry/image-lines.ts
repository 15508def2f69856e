import type { ContentDescription } from './description.js';
import type { ImageDescription } from './image.js';
import { printable } from './printable.js';
import { formatBytes } from './size.js';
import { Table } from './table.js';

/** An image for people: fields first, then a table each for its parts. Nothing in it harms a terminal. */
export function imageLines(
  title: string,
  image: ImageDescription,
  referrers: readonly ContentDescription[],
): string[] {
  return [
    title,
    ...fields(image),
    ...table('Platforms', ['PLATFORM', 'DIGEST', 'SIZE', 'CREATED'], [2], platformRows(image)),
    ...table('Layers', ['DIGEST', 'SIZE', 'MEDIA TYPE'], [1], image.layers.map(contentRow)),
    ...table('Annotations', ['NAME', 'VALUE'], [], Object.entries(image.annotations)),
    ...table('Referrers', ['DIGEST', 'SIZE', 'ARTIFACT TYPE'], [1], referrers.map(artifactRow)),
  ];
}

function fields({
  digest,
  mediaType,
  artifactType,
  config,
  image,
  subject,
  totalSize,
}: ImageDescription): string[] {
  const rows: [string, string | undefined][] = [
    ['Digest', digest],
    ['Media type', mediaType],
    ['Artifact type', artifactType],
    ['Created', image?.created],
    ['Platform', image?.platform],
    ['User', image?.user],
    ['Entrypoint', commandLine(image?.entrypoint)],
    ['Command', commandLine(image?.command)],
    [
      'Config',
      config === undefined
        ? undefined
        : `${config.digest} (${formatBytes(config.size)}, ${config.mediaType})`,
    ],
    ['Subject', subject?.digest],
    ['Total size', formatBytes(totalSize)],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(13)} ${printable(value)}`],
  );
}

/** Words as a shell would want them, so that one word with a space is told from two. */
function commandLine(words: readonly string[] | undefined): string | undefined {
  if (words === undefined || words.length === 0) return undefined;
  return words.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

function platformRows({ platforms }: ImageDescription): string[][] {
  return platforms.map(({ platform, artifactType, mediaType, digest, state, totalSize, image }) => [
    platform ?? artifactType ?? mediaType,
    digest,
    state === 'held' ? formatBytes(totalSize) : state,
    image?.created ?? '-',
  ]);
}

function contentRow({ digest, size, mediaType }: ContentDescription): string[] {
  return [digest, formatBytes(size), mediaType];
}

function artifactRow({ digest, size, artifactType, mediaType }: ContentDescription): string[] {
  return [digest, formatBytes(size), artifactType ?? mediaType];
}

function table(title: string, head: string[], toTheRight: number[], rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const lines: string[] = ['', title];
  const table = new Table((line) => lines.push(`  ${line}`), head, toTheRight);
  for (const row of rows) table.add(row.map(printable));
  table.flush();
  return lines;
}
