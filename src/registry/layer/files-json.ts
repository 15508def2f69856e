import type { FileTuple } from './file-tuple.js';
import type { FileDifferences, FileInfo } from './layer-files.js';
import { partsOf, sortedInParts } from './list-parts.js';

/** A list of files as JSON in UTF-8. It may have tens of megabytes, and others are served meanwhile. */
export async function filesJson(files: readonly FileTuple[]): Promise<Buffer> {
  const texts: Buffer[] = [];
  for await (const part of partsOf(files)) texts.push(Buffer.from(JSON.stringify(part).slice(1, -1)));
  return enclosed('[', texts, ']');
}

/** Differences as JSON in UTF-8, with all names in their order; as {@link filesJson}. */
export async function differencesJson({ deleted, changed, created }: FileDifferences): Promise<Buffer> {
  const groups = [
    Buffer.concat([Buffer.from('"changed":'), await groupJson(changed)]),
    Buffer.concat([Buffer.from('"created":'), await groupJson(created)]),
    Buffer.concat([Buffer.from('"deleted":'), await groupJson(deleted)]),
  ];
  return enclosed('{', groups, '}');
}

async function groupJson(group: ReadonlyMap<string, FileInfo>): Promise<Buffer> {
  const texts: Buffer[] = [];
  for await (const part of partsOf(await sortedInParts([...group.keys()]))) {
    const members = part.map((name) => `${JSON.stringify(name)}:${JSON.stringify(group.get(name))}`);
    texts.push(Buffer.from(members.join(',')));
  }
  return enclosed('{', texts, '}');
}

function enclosed(start: string, texts: readonly Buffer[], end: string): Buffer {
  const pieces = texts.flatMap((text, index) => (index === 0 ? [text] : [Buffer.from(','), text]));
  return Buffer.concat([Buffer.from(start), ...pieces, Buffer.from(end)]);
}
