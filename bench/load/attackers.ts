import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MANIFEST_PATH } from '../fixture/image.js';
import type { Stage } from '../stage.js';

/** From where the wrong passwords come. */
export type Addresses = 'one' | 'many';

/** Connections that send wrong passwords. */
export const CONNECTIONS = 16;

/** A running flood of wrong passwords. */
export interface Attackers {
  /** Ends the flood. @returns how many answers of each status came */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Starts the flood in a process of its own. */
export function startAttackers(stage: Stage, port: number, addresses: Addresses): Attackers {
  const program = fileURLToPath(new URL('./flood.js', import.meta.url));
  const child = stage.children.start(
    process.execPath,
    [program, String(port), MANIFEST_PATH, stage.identity.user, String(CONNECTIONS), addresses],
    { cwd: stage.directory, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  return {
    async stop() {
      child.stdin?.end();
      await closed;
      const answers = JSON.parse(output) as Record<string, number>;
      if (answers['200'] !== undefined) throw new Error(`${answers['200']} wrong passwords were let in`);
      return answers;
    },
  };
}
