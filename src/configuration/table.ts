import { rulesDescription } from './rules-schema.js';
import { allSettings } from './settings.js';

/** The table of all settings in Markdown, one row each; `docs/configuration.md` holds it. */
export function settingsTable(): string {
  const rows = allSettings.flatMap(({ path, environment, flag, fallback, description, count }) => {
    const option = flag === undefined ? '' : code(flag.syntax);
    const repeatable = count === 'many' ? ' Several are possible.' : '';
    const row = [
      code(path),
      code(environment),
      option,
      fallback.map(code).join(', ') || 'none',
      description + repeatable,
    ];
    // Rules stand in the file only.
    return path === 'access.groups' ? [[code('access.rules'), '', '', 'none', rulesDescription], row] : [row];
  });
  const lines = [['In the file', 'Environment', 'Flag', 'Default', 'Meaning'], Array(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function code(text: string): string {
  return `\`${text}\``;
}
