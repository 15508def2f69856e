import { Document, isScalar, stringify, visit } from 'yaml';

/** Columns of a comment. */
const width = 110;

/** Lines of a comment in YAML, broken between words; what begins with `- ` hangs. Nothing in it can end the comment. */
export function commentLines(text: string, indent = ''): string[] {
  const lines: string[] = [];
  const hang = text.startsWith('- ') ? '  ' : '';
  // Control characters and the line separators that YAML 1.1 knew.
  for (const word of text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${last === undefined ? '' : hang}${word}`);
  }
  return lines;
}

/** Lines of YAML for a key and its value. */
export function settingLines(key: string, value: unknown, indent = ''): string[] {
  return yamlLines({ [key]: value }, indent);
}

/** Lines of YAML for an item of a list. Lists of words in it are on one line. */
export function itemLines(value: unknown, indent = ''): string[] {
  const document = new Document([value]);
  visit(document, {
    Seq(_key, node) {
      if (node !== document.contents && node.items.every(isScalar)) node.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: false });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}`);
}

function yamlLines(value: unknown, indent: string): string[] {
  return stringify(value, { lineWidth: 0, indentSeq: true })
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}`);
}
