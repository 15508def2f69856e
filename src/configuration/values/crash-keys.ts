import type { Kind } from './kind.js';
import { type Secret, secret } from './secret.js';

/** How a secret looks that somebody else has made. */
export interface SecretForm {
  /** Follows "must be". */
  readonly expected: string;
  fits(text: string): boolean;
}

/** API key of a project at Bugsnag. */
export const bugsnagKey: SecretForm = {
  expected: 'the API key of a project, 32 hexadecimal digits',
  fits: (text) => /^[0-9A-Fa-f]{32}$/.test(text),
};

/** Where Sentry's clients send to, and as whom. */
export const sentryDsn: SecretForm = {
  expected: 'a DSN such as https://KEY@sentry.example.com/1',
  fits: (text) =>
    /^https?:\/\/\w{1,200}(?::\w{1,200})?@[\w.-]{1,253}(?::\d{1,5})?(?:\/[\w.-]{1,100}){0,8}\/\d{1,20}$/.test(
      text,
    ) && URL.canParse(text),
};

/** A secret of a form, or `file:PATH` of a file with nothing else in it. Complaints do not repeat it. */
export function secretOf(form: SecretForm): Kind<Secret> {
  return {
    ...secret,
    expected: `${form.expected}, or file:PATH of a file that holds it`,
    parse(text, directory) {
      if (text.startsWith('file:') || form.fits(text)) return secret.parse(text, directory);
      return { complaint: `must be ${form.expected}, or file:PATH of a file that holds it.` };
    },
  };
}
