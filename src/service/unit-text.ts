/** One word of a command line in a unit: quoted, and nothing in it means anything to systemd (systemd.service(5)). */
export function commandWord(text: string): string {
  return quoted(text.replaceAll('$', '$$$$'));
}

/** A path in a setting that takes several, such as `ReadWritePaths=` (systemd.exec(5)). */
export function unitPath(path: string): string {
  return quoted(path);
}

function quoted(text: string): string {
  const plain = text.replaceAll('%', '%%');
  if (/^[\w@%+=:,./$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A section of a unit: comments as they are, settings as `Name=value`. What is undefined is left out. */
export function unitSection(name: string, lines: readonly (string | undefined)[]): string {
  return `[${name}]\n${lines.filter((line) => line !== undefined).join('\n')}\n`;
}
