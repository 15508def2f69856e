import type { Configuration } from '../../configuration/configuration.js';
import type { ConfigurationInput } from '../../configuration/input.js';
import { locateConfiguration } from '../../configuration/load.js';
import { findIn } from '../named-files.js';
import { checkDisks } from './disks.js';
import { type CheckContext, Findings } from './findings.js';
import { checkModes } from './modes.js';
import { checkPorts } from './ports.js';
import { checkSecrets } from './secrets.js';
import { checkSockets } from './sockets.js';
import { readSystemFacts } from './system-facts.js';
import { checkUpstream } from './upstream.js';

/** Fewer files than that are used up by some hundreds of transfers, each with two connections. */
const FEW_FILES = 4096;

/** What was found, and the configuration itself when it can be read. */
export interface Examination {
  readonly configuration: Configuration | undefined;
  readonly findings: Findings;
}

/**
 * Looks at a configuration, at the files that it names and at the machine. Starts nothing, writes nothing.
 *
 * @param network whether to ask other machines too, which takes some seconds when they do not answer
 */
export async function examine(input: ConfigurationInput, network: boolean): Promise<Examination> {
  const findings = new Findings();
  let context: CheckContext | undefined;
  await findings.collect(async () => {
    context = { ...(await locateConfiguration(input)), now: Date.now() };
  });
  if (context === undefined) return { configuration: undefined, findings };
  const { configuration, now } = context;
  await findIn(configuration, now, findings);
  const facts = await readSystemFacts();
  await checkPorts(context, facts, findings);
  await checkSockets(context, findings);
  await checkSecrets(context, findings);
  await checkModes(context, findings);
  await checkDisks(context, findings);
  if (facts.openFiles !== undefined && facts.openFiles < FEW_FILES)
    findings.notice(
      undefined,
      `A process of this account may have ${facts.openFiles} files and connections open, and each transfer needs two. Raise it: \`ulimit -n\`, or LimitNOFILE= in the unit.`,
    );
  if (network) await checkUpstream(context, findings);
  return { configuration, findings };
}
