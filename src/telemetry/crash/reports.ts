import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { CrashReportConfiguration } from '../../configuration/crash-reports.js';
import { bugsnagKey, sentryDsn } from '../../configuration/values/crash-keys.js';
import type { Secret } from '../../configuration/values/secret.js';
import { secretProblem, secretText } from '../secret-text.js';
import { openBugsnag } from './bugsnag.js';
import type { Destination } from './destination.js';
import type { CrashContext, CrashReportOptions, CrashReports } from './opening.js';
import { type CrashReport, kindOf, presentable } from './presentable.js';
import { ReportTally } from './report-tally.js';
import { Scrubber } from './scrubber.js';
import { openSentry } from './sentry.js';

/** Milliseconds that the last reports may take at the end. */
const FAREWELL = 2_000;
/** Milliseconds after which what came again is summed up. */
const INTERVAL = 60_000;
/** Where the program lies, two directories above that of the compiled sources. */
const PROGRAM = fileURLToPath(new URL('../../../', import.meta.url));

/** Opens what {@link openCrashReports} promises. */
export async function openReports(
  configuration: CrashReportConfiguration,
  { version, logger }: CrashReportOptions,
): Promise<CrashReports> {
  const { bugsnag, bugsnagEndpoint, sentry, stage } = configuration;
  const key = await readSecret(bugsnag, 'crashReports.bugsnag', bugsnagKey);
  const dsn = await readSecret(sentry, 'crashReports.sentry', sentryDsn);
  const scrubber = new Scrubber(
    [key, dsn, ...secretsAround()].filter((each) => each !== undefined),
    PROGRAM,
  );
  const destinations: Destination[] = [];
  if (key !== undefined)
    destinations.push(await openBugsnag({ key, endpoint: bugsnagEndpoint, stage, version, scrubber }));
  if (dsn !== undefined) destinations.push(await openSentry({ dsn, stage, version, scrubber }));
  return new Reports(destinations, scrubber, logger);
}

class Reports implements CrashReports {
  readonly #ways: readonly Way[];
  readonly #scrubber: Scrubber;
  readonly #logger: Logger;
  readonly #tally = new ReportTally();
  readonly #sending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(destinations: readonly Destination[], scrubber: Scrubber, logger: Logger) {
    this.#ways = destinations.map((destination) => new Way(destination, logger));
    this.#scrubber = scrubber;
    this.#logger = logger;
  }

  report(error: unknown, context: CrashContext = {}): void {
    try {
      this.#timer ??= setTimeout(() => this.#sumUp(), INTERVAL).unref();
      const report = this.#tally.take(kindOf(error), () => presentable(error, context, this.#scrubber));
      if (report !== undefined) this.#send(report);
    } catch (fault) {
      this.#logger.warn({ reason: String(fault).slice(0, 200) }, 'a crash report could not be made');
    }
  }

  async close(): Promise<void> {
    this.#sumUp();
    const done = new AbortController();
    await Promise.race([
      Promise.all(this.#sending),
      delay(FAREWELL, undefined, { signal: done.signal }).catch(() => undefined),
    ]);
    done.abort();
    await Promise.all(this.#ways.map((way) => way.close()));
  }

  #send(report: CrashReport): void {
    for (const way of this.#ways) {
      const sent = way.send(report).finally(() => this.#sending.delete(sent));
      this.#sending.add(sent);
    }
  }

  #sumUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { again, others } = this.#tally.endInterval();
    for (const report of again) this.#send(report);
    if (others > 0)
      this.#logger.warn({ count: others }, 'more kinds of errors came than are reported at once');
  }
}

/** A destination whose trouble is logged when it begins and when it ends. */
class Way {
  readonly #destination: Destination;
  readonly #logger: Logger;
  #works = true;

  constructor(destination: Destination, logger: Logger) {
    this.#destination = destination;
    this.#logger = logger;
  }

  /** Never rejects. */
  async send(report: CrashReport): Promise<void> {
    const { name } = this.#destination;
    try {
      await this.#destination.send(report);
      if (!this.#works) this.#logger.info(`crash reports reach ${name} again`);
      this.#works = true;
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
      if (this.#works) this.#logger.warn({ reason }, `crash reports do not reach ${name}`);
      this.#works = false;
    }
  }

  close(): Promise<void> {
    return this.#destination.close();
  }
}

async function readSecret(
  secret: Secret | undefined,
  setting: string,
  form: { readonly expected: string; fits(text: string): boolean },
): Promise<string | undefined> {
  if (secret === undefined) return undefined;
  const text = await secretText(secret, setting);
  if (!form.fits(text)) throw secretProblem(secret, `${setting} must be ${form.expected}.`);
  return text;
}

/** What the environment holds under names of secrets. */
function secretsAround(): string[] {
  return Object.entries(process.env)
    .filter(([name]) => /pass|secret|token|key|auth|credential|dsn|header|crash/i.test(name))
    .flatMap(([, value = '']) => (value.length >= 8 && !/^(?:file:|[./~])/.test(value) ? [value] : []));
}
