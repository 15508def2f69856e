import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configurationSchema } from '../../src/configuration/schema.js';
import { settingsTable } from '../../src/configuration/table.js';

const documents = path.resolve(import.meta.dirname, '../../../docs');
const schemaFile = path.join(documents, 'dockgate.schema.json');
const pageFile = path.join(documents, 'configuration.md');

/** The table of settings stands between these lines of the page. */
const marks = /(?<=<!-- settings -->\n\n)[\s\S]*(?=\n<!-- end of settings -->)/;

/** The schema as it is published. */
export function readSchema(): Promise<string> {
  return readFile(schemaFile, 'utf8');
}

/** The page about the configuration as it is published. */
export function readPage(): Promise<string> {
  return readFile(pageFile, 'utf8');
}

/** The schema as the code has it. */
export function generatedSchema(): string {
  return `${JSON.stringify(configurationSchema(), null, 2)}\n`;
}

/** The page with the table as the code has it. */
export function withTable(page: string): string {
  if (!marks.test(page)) throw new Error(`${pageFile} lacks the marks of the table of settings.`);
  return page.replace(marks, settingsTable);
}

/** Brings what is published up to date with the code. */
export async function publish(): Promise<void> {
  await writeFile(schemaFile, generatedSchema());
  await writeFile(pageFile, withTable(await readPage()));
}
