import { Outlet, reasonOf } from '../outlet.js';
import { type Destination, loaded } from './destination.js';
import type { CrashReport } from './presentable.js';
import type { Scrubber } from './scrubber.js';

export interface BugsnagOptions {
  readonly key: string;
  /** URL; undefined: Bugsnag's own. */
  readonly endpoint: string | undefined;
  readonly stage: string;
  readonly version: string;
  readonly scrubber: Scrubber;
}

const ENDPOINT = 'https://notify.bugsnag.com';
/** Keys that begin so belong to another house of the same firm. */
const OTHER_KEYS = '00000';
const OTHER_ENDPOINT = 'https://notify.bugsnag.smartbear.com';
const PAYLOAD = '4';
const KEPT = new Set(['apiKey']);
const NOTIFIER_URL = 'https://www.npmjs.com/package/dockgate';

/** Silences what the library would say itself. */
const SILENCE = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Tells Bugsnag. Its library makes the report; we send it, because then nothing leaves that was not scrubbed, and no
 * request waits without bound. All that the library could find out by itself is off.
 *
 * @throws {ConfigurationError} when @bugsnag/js is not installed
 */
export async function openBugsnag(options: BugsnagOptions): Promise<Destination> {
  const { key, stage, version, scrubber } = options;
  const { default: library } = await loaded(
    '@bugsnag/js',
    'crashReports.bugsnag',
    () => import('@bugsnag/js'),
  );
  const client = library.default.createClient({
    apiKey: key,
    appType: 'server',
    appVersion: version,
    releaseStage: stage,
    autoDetectErrors: false,
    autoTrackSessions: false,
    enabledBreadcrumbTypes: [],
    maxBreadcrumbs: 0,
    hostname: 'dockgate',
    logger: SILENCE,
    projectRoot: '/dockgate',
    sendCode: false,
  });
  const endpoint = options.endpoint ?? (key.startsWith(OTHER_KEYS) ? OTHER_ENDPOINT : ENDPOINT);
  const outlet = new Outlet(endpoint);
  const notifier = { name: 'dockgate', version, url: NOTIFIER_URL };

  /** What the library would send. It makes it at once. */
  function eventOf({ error, details }: CrashReport): unknown {
    let made: unknown;
    client.notify(error, (event) => {
      event.addMetadata('dockgate', details);
      event.severity = 'error';
      event.context = String(details['route'] ?? '');
      made = JSON.parse(JSON.stringify(event));
      return false;
    });
    return made;
  }

  return {
    name: 'Bugsnag',
    async send(report: CrashReport): Promise<void> {
      const event = scrubber.data(eventOf(report), KEPT);
      const headers = {
        'content-type': 'application/json',
        'user-agent': `dockgate/${version}`,
        'bugsnag-api-key': key,
        'bugsnag-payload-version': PAYLOAD,
        'bugsnag-sent-at': new Date().toISOString(),
      };
      const body = JSON.stringify({ apiKey: key, payloadVersion: PAYLOAD, notifier, events: [event] });
      const { status } = await outlet.post('', headers, body).catch((error: unknown) => {
        throw new Error(reasonOf(error));
      });
      if (status >= 300) throw new Error(`status ${status}`);
    },
    close: () => outlet.close(),
  };
}

function nothing(): void {}
