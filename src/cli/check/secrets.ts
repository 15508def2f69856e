import { readFile, stat } from 'node:fs/promises';
import type { Secret } from '../../configuration/values/secret.js';
import { about, type CheckContext, codeOf, type Findings } from './findings.js';

/** Looks at secrets of other services: those in files have to be there, those in the configuration should be nobody else's. */
export async function checkSecrets(context: CheckContext, found: Findings): Promise<void> {
  const { otlp, crashReports, file } = context.configuration;
  const secrets: [setting: string, index: number, secret: Secret | undefined][] = [
    ...(otlp?.headers ?? []).map((secret, index): [string, number, Secret] => [
      'otlp.headers',
      index,
      secret,
    ]),
    ['crashReports.bugsnag', 0, crashReports?.bugsnag],
    ['crashReports.sentry', 0, crashReports?.sentry],
  ];
  const isPublic = file !== undefined && (await mayOthersRead(file));
  for (const [setting, index, secret] of secrets) {
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
      if ((await readFile(secret.file, 'utf8')).trim() === '')
        found.problem(place, `${subject} names ${secret.file}, which is empty.`);
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
