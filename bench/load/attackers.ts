import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MANIFEST_PATH } from '../fixture/image.js';
import { processorSeconds } from '../machine/processes.js';
import type { Stage } from '../stage.js';

/** From where the wrong passwords come: one address, ever new ones, or those and each with another user's name. */
export type Addresses = 'one' | 'many' | 'names';

/** Connections that send wrong passwords, unless told otherwise. */
const CONNECTIONS = 16;

/** A running flood of wrong passwords. */
export interface Attackers {
  /** Seconds of processor time that the attackers themselves have used. */
  readonly seconds: number;
  /** Ends the flood. @returns how many answers of each status came */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Starts the flood in a process of its own. */
export function startAttackers(
  stage: Stage,
  port: number,
  addresses: Addresses,
  connections = CONNECTIONS,
): Attackers {
  const program = fileURLToPath(new URL('./flood.js', import.meta.url));
  const child = stage.children.start(
    process.execPath,
    [program, String(port), MANIFEST_PATH, stage.identity.user, String(connections), addresses],
    { cwd: stage.directory, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  return {
    get seconds() {
      return child.pid === undefined ? 0 : processorSeconds([child.pid]);
    },
    async stop() {
      child.stdin?.end();
      await closed;
      const answers = JSON.parse(output) as Record<string, number>;
      if (answers['200'] !== undefined) throw new Error(`${answers['200']} wrong passwords were let in`);
      return answers;
    },
  };
}
