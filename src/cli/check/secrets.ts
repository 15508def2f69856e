import { readFile, stat } from 'node:fs/promises';
import { bugsnagKey, type SecretForm, sentryDsn } from '../../configuration/values/crash-keys.js';
import { headerLine } from '../../configuration/values/header-line.js';
import type { Secret } from '../../configuration/values/secret.js';
import { missingPackages } from '../../telemetry/crash/packages.js';
import { about, type CheckContext, codeOf, type Findings } from './findings.js';

const header: SecretForm = {
  expected: 'a header line, written NAME=VALUE',
  fits: (text) => headerLine(text) !== undefined,
};

/**
 * Looks at secrets of other services: those in files have to be there and to be what they should, those in the
 * configuration should be nobody else's. What they are for has to be installed.
 */
export async function checkSecrets(context: CheckContext, found: Findings): Promise<void> {
  const { otlp, crashReports, file } = context.configuration;
  const secrets: [setting: string, index: number, secret: Secret | undefined, form: SecretForm][] = [
    ...(otlp?.headers ?? []).map((secret, index): [string, number, Secret, SecretForm] => [
      'otlp.headers',
      index,
      secret,
      header,
    ]),
    ['crashReports.bugsnag', 0, crashReports?.bugsnag, bugsnagKey],
    ['crashReports.sentry', 0, crashReports?.sentry, sentryDsn],
  ];
  for (const { setting, complaint } of crashReports === undefined ? [] : missingPackages(crashReports)) {
    const { place, subject } = about(context, setting);
    found.problem(place, `${subject} ${complaint}`);
  }
  const isPublic = file !== undefined && (await mayOthersRead(file));
  for (const [setting, index, secret, form] of secrets) {
    if (secret === undefined) continue;
    const { place, subject } = about(context, setting, index);
    if ('text' in secret) {
      if (isPublic && place !== undefined)
        found.notice(
          place,
          `${subject} is a secret in a file that every account of this machine can read. \`chmod 640\` it, or write file:PATH of a file of its own.`,
        );
      continue;
    }
    try {
      const text = (await readFile(secret.file, 'utf8')).trim();
      if (text === '') found.problem(place, `${subject} names ${secret.file}, which is empty.`);
      else if (!form.fits(text))
        found.problem(place, `${subject} names ${secret.file}, which must hold ${form.expected}.`);
    } catch (error) {
      found.problem(place, `${subject} names ${secret.file}, which cannot be read (${codeOf(error)}).`);
    }
    if (await mayOthersRead(secret.file))
      found.notice(
        { file: secret.file },
        'every account of this machine can read this secret. `chmod 600` it.',
      );
  }
}

async function mayOthersRead(file: string): Promise<boolean> {
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
  return process.platform !== 'win32' && (mode & 0o004) !== 0;
}
