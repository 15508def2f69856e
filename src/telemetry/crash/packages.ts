import type { CrashReportConfiguration } from '../../configuration/crash-reports.js';

/** Settings and the packages that each of them needs, which do not come with dockgate. */
const NEEDED = { bugsnag: '@bugsnag/js', sentry: '@sentry/core' } as const;

/** A setting that cannot hold without a package. */
export interface MissingPackage {
  readonly setting: string;
  /** Follows the name of the setting. */
  readonly complaint: string;
}

/** What the configuration needs and is not installed. */
export function missingPackages(configuration: CrashReportConfiguration): MissingPackage[] {
  return (['bugsnag', 'sentry'] as const)
    .filter((name) => configuration[name] !== undefined && !isInstalled(NEEDED[name]))
    .map((name) => ({ setting: `crashReports.${name}`, complaint: missing(NEEDED[name]) }));
}

/** What to say of a package that is not installed; follows the name of the setting that needs it. */
export function missing(name: string): string {
  return `needs the package ${name}, which is not installed. Install it beside dockgate: npm install ${name}, or npm install --global ${name} if dockgate is installed so.`;
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
