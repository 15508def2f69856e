import { allSettings } from './settings.js';

/** The table of all settings in Markdown, one row each; `docs/configuration.md` holds it. */
export function settingsTable(): string {
  const rows = allSettings.map(({ path, environment, flag, fallback, description, count }) => {
    const option = flag === undefined ? '' : code(flag.syntax);
    const repeatable = count === 'many' ? ' Several are possible.' : '';
    return [
      code(path),
      code(environment),
      option,
      fallback.map(code).join(', ') || 'none',
      description + repeatable,
    ];
  });
  const lines = [['In the file', 'Environment', 'Flag', 'Default', 'Meaning'], Array(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function code(text: string): string {
  return `\`${text}\``;
}
