import { setTimeout as delay } from 'node:timers/promises';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Command } from 'commander';
import { configVariable, defaultFile } from '../configuration/flags.js';
import { durationFrom } from '../configuration/values/duration.js';
import { quote } from '../configuration/values/quote.js';
import { MonitorClient } from '../monitor/control-client.js';
import { CommandFailure } from './command-failure.js';
import { printableJson } from './registry/printable.js';
import { asked, findServer, type Surroundings } from './running-server.js';
import { figuresOf } from './top/figures.js';
import { LiveView } from './top/live-view.js';
import { Interval, type ReadingSource, takeReading } from './top/reading.js';
import { TerminalScreen } from './top/screen.js';
import { summaryLine } from './top/summary-line.js';

interface TopFlags {
  readonly config?: string;
  readonly control?: string;
  readonly url?: string;
  readonly interval: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Where the command runs, and what it shows itself on. */
export interface TopSurroundings extends Surroundings {
  readonly output: WriteStream;
  readonly input: ReadStream;
}

/** Adds `dockgate top`: a live view of what a running server does. */
export function registerTopCommand(
  program: Command,
  surroundings: TopSurroundings = {
    environment: process.env,
    directory: process.cwd(),
    output: process.stdout,
    input: process.stdin,
  },
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  program
    .command('top')
    .description('watch what the running server does: transfers, users, rates, errors')
    .option(
      '--config <FILE>',
      `Its configuration file (environment: ${configVariable}; default: ./${defaultFile} if it exists).`,
    )
    .option('--control <PATH>', 'Its control socket, in place of the one that the configuration names.')
    .option(
      '--url <URL>',
      'Its monitor.listen, such as http://127.0.0.1:9090; tells nothing of single transfers.',
    )
    .option('--interval <TIME>', 'Time between two looks.', '1s')
    .option('--once', 'Look once, over one interval, and print that.')
    .option('--json', 'for programs: one JSON document a look')
    .action(async (flags: TopFlags) => {
      const source = await sourceOf(flags, surroundings);
      const interval = intervalOf(flags.interval);
      const { output, input, environment } = surroundings;
      const isScreen = output.isTTY && environment['TERM'] !== 'dumb';
      if (flags.once === true || flags.json === true || !isScreen) {
        await follow(source, interval, flags, output, print);
        return;
      }
      const hasColours = (environment['NO_COLOR'] ?? '') === '';
      await new LiveView(
        source,
        interval,
        (listener) => new TerminalScreen(output, input, hasColours, listener),
      ).run();
    });
}

/** Prints a look after each interval: one, or as long as somebody takes them. */
async function follow(
  source: ReadingSource,
  interval: number,
  { once = false, json = false }: TopFlags,
  output: WriteStream,
  print: (text: string) => void,
): Promise<void> {
  let isTaken = true;
  output.on('error', () => {
    isTaken = false;
  });
  let before = await takeReading(source);
  do {
    await delay(interval);
    const after = await takeReading(source);
    const figures = figuresOf(new Interval(before, after));
    print(json ? printableJson(figures, once ? 2 : undefined) : summaryLine(figures));
    before = after;
  } while (!once && isTaken);
}

async function sourceOf(
  { config, control, url }: TopFlags,
  surroundings: Surroundings,
): Promise<ReadingSource> {
  if (url !== undefined) {
    if (control !== undefined) throw new CommandFailure('Give --control or --url, not both.', 2);
    const client = new MonitorClient(urlOf(url));
    return { metrics: () => asked(client.metrics()) };
  }
  const server = await findServer({ config, control }, surroundings);
  return { metrics: () => asked(server.metrics()), status: () => asked(server.status()) };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.username === '' && url.password === '') return url;
  throw new CommandFailure(`--url must be like http://127.0.0.1:9090, not ${quote(text)}.`, 2);
}

const kind = durationFrom(100, '100ms');

function intervalOf(text: string): number {
  const parsed = kind.parse(text, '');
  if ('complaint' in parsed) throw new CommandFailure(`--interval ${parsed.complaint}`, 2);
  return parsed.value;
}
