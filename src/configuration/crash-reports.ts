import type { Reader } from './reader.js';
import { one, optional } from './setting.js';
import { bugsnagKey, secretOf, sentryDsn } from './values/crash-keys.js';
import type { Secret } from './values/secret.js';
import { lineOfText } from './values/text.js';
import { webUrl } from './values/web-url.js';

/** Who is told of errors that nobody expected. */
export interface CrashReportConfiguration {
  /** API key of Bugsnag; undefined: it is not told. */
  readonly bugsnag: Secret | undefined;
  /** URL of a Bugsnag server of one's own. */
  readonly bugsnagEndpoint: string | undefined;
  /** DSN of Sentry, or of what speaks its protocol. */
  readonly sentry: Secret | undefined;
  /** `releaseStage` of Bugsnag, `environment` of Sentry. */
  readonly stage: string;
}

/** The settings of crash reports. */
export const crashReportSettings = {
  bugsnag: optional('crashReports.bugsnag', 'DOCKGATE_CRASH_REPORTS_BUGSNAG', secretOf(bugsnagKey), {
    description: 'API key of Bugsnag, or file:PATH of a file that holds it.',
  }),
  bugsnagEndpoint: optional(
    'crashReports.bugsnagEndpoint',
    'DOCKGATE_CRASH_REPORTS_BUGSNAG_ENDPOINT',
    webUrl,
    {
      description: 'URL of a Bugsnag server of your own.',
    },
  ),
  sentry: optional('crashReports.sentry', 'DOCKGATE_CRASH_REPORTS_SENTRY', secretOf(sentryDsn), {
    description: 'DSN of Sentry or of what speaks its protocol, or file:PATH of a file that holds it.',
  }),
  crashStage: one('crashReports.stage', 'DOCKGATE_CRASH_REPORTS_STAGE', lineOfText, 'production', {
    description: 'What the reports call this installation.',
  }),
};

/** Reads who is told of errors; undefined for nobody. */
export function readCrashReports(reader: Reader): CrashReportConfiguration | undefined {
  const { bugsnag, bugsnagEndpoint, sentry, crashStage } = crashReportSettings;
  const configuration = {
    bugsnag: reader.optional(bugsnag),
    bugsnagEndpoint: reader.optional(bugsnagEndpoint),
    sentry: reader.optional(sentry),
    stage: reader.one(crashStage),
  };
  if (configuration.bugsnag === undefined) {
    const [written] = reader.written(bugsnagEndpoint).flat();
    if (written !== undefined && reader.written(bugsnag).flat().length === 0)
      reader.note(written, 'has no effect without an API key: set "crashReports.bugsnag".');
  }
  if (configuration.bugsnag !== undefined || configuration.sentry !== undefined) return configuration;
  const [written] = reader.written(crashStage).flat();
  if (written !== undefined && [bugsnag, sentry].every((each) => reader.written(each).flat().length === 0))
    reader.note(written, 'has no effect without "crashReports.bugsnag" or "crashReports.sentry".');
  return undefined;
}
