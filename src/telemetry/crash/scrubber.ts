import { homedir } from 'node:os';

/** What stands where a secret stood. What was scrubbed before must come out as it is, so no pattern takes it apart. */
const GONE = '***';
/** Characters of a text that are looked at; what comes after is cut off before. */
const LONGEST = 8_192;

const MARK = '(?:\\\\?["\'])?';
/** Words in names of what is a secret. */
const SECRET_NAME =
  'pass(?:word|wd|phrase)?(?![a-z])|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|authorization|cookie|signature|credentials?|session|htpasswd|otp|pin|dsn';

/** Shapes of secrets, in the order in which they are looked for. None of them can take more than linear time. */
const SHAPES: readonly (readonly [shape: RegExp, instead: string])[] = [
  // Keys and certificates, whole or cut off.
  [/-----BEGIN [A-Z0-9 ]{1,40}-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z0-9 ]{1,40}-----)?/g, GONE],
  // Whole lines of headers that hold nothing else.
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-docker-token|x-registry-auth|x-auth-token)(\\?["']?\s*[:=,]\s*)[^\r\n]*/gi,
    `$1$2${GONE}`,
  ],
  // What follows a scheme of RFC 9110 §11, but for a word in small letters: base64 may be letters alone.
  [
    /\b([Bb]asic|BASIC|[Bb]earer|BEARER|[Tt]oken|TOKEN|[Nn]egotiate|NEGOTIATE)(\s+)(?=\S*[^a-z\s])[^\s'"<>]+/g,
    `$1$2${GONE}`,
  ],
  // JSON Web Tokens, and what begins like one.
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){0,4}/g, GONE],
  // Secrets of robots; their identifiers stand in lists.
  [/\bdgt_([0-9a-f]{16})_\w+/g, `dgt_$1_${GONE}`],
  // Entries of password files, with the user's name or without.
  [/(?:[^\s:'"`]{1,255}:)?\$(?:2[abxy]?|apr1|1|5|6|y|argon2\w{0,2})\$[^\s'"`,;]*/g, GONE],
  [/(?:[^\s:'"`]{1,255}:)?\{(?:SSHA|SHA|MD5|CRYPT|PLAIN)\d*\}[^\s'"`,;]*/g, GONE],
  [/\b[\w.@-]{1,255}:[./0-9A-Za-z]{13}(?![./0-9A-Za-z])/g, GONE],
  // User and password in a URL.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@'"]{0,2000}@/gi, `$1${GONE}@`],
  // Values of a query, whatever their names are.
  [/([?&][\w.~%[\]-]{1,100}=)[^\s&'"<>)\]}]+/g, `$1${GONE}`],
  // NAME=VALUE and "NAME": VALUE, but not the line in a file of such a name.
  [
    new RegExp(
      `(\\b[\\w.-]{0,60}(?:${SECRET_NAME})[\\w.-]{0,60}${MARK}\\s{0,4}(?<!\\.[mc]?[jt]s)(?:[:=]|=>)\\s{0,4})(?:\\\\?"(?:[^"\\\\]|\\\\.)*(?:"|$)|'[^'\\n]*(?:'|$)|[^\\s,;&'"{}()\\[\\]]+)`,
      'gi',
    ),
    `$1${GONE}`,
  ],
];

/** Long runs of the characters that keys and encoded bytes are made of. */
const RUN = /(\bsha(?:256|384|512)[:-])?[A-Za-z0-9+_=-]{20,}/g;

/** Takes secrets out of texts before they leave: what looks like one, and what is known to be one. */
export class Scrubber {
  readonly #known: readonly string[];
  readonly #places: readonly (readonly [path: string, instead: string])[];

  /**
   * @param known secrets as they are
   * @param program where the program lies; its directory is told as `dockgate`
   */
  constructor(known: readonly string[], program: string) {
    this.#known = known
      .filter((secret) => secret.length >= 4)
      .sort((one, other) => other.length - one.length);
    const home = homedir();
    this.#places = [
      [`file://${program}`, '/dockgate/'],
      [program, '/dockgate/'],
      ...(home.length > 1 ? ([[home, '~']] as const) : []),
    ];
  }

  /** The text without secrets, and without what lies beyond {@link LONGEST}. */
  text(text: string): string {
    let clean = text.slice(0, LONGEST);
    for (const secret of this.#known) clean = clean.replaceAll(secret, GONE);
    for (const [shape, instead] of SHAPES) clean = clean.replace(shape, instead);
    clean = clean.replace(RUN, (run, digest: string | undefined) =>
      digest !== undefined || !isRandom(run) ? run : GONE,
    );
    for (const [path, instead] of this.#places) clean = clean.replaceAll(path, instead);
    return clean;
  }

  /**
   * A copy of plain data, all texts in it scrubbed, names of members too. What lies deeper than eight levels is left out.
   *
   * @param keep names of members whose text is made by us and stays
   */
  data(value: unknown, keep: ReadonlySet<string>, depth = 8): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === 0) return GONE;
    if (Array.isArray(value)) return value.map((item) => this.data(item, keep, depth - 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) =>
        keep.has(name) && typeof item === 'string'
          ? [name, item]
          : [this.text(name), this.data(item, keep, depth - 1)],
      ),
    );
  }
}

/** Whether a run of characters is none that a person would write: long in hexadecimal, or of letters among digits. */
function isRandom(run: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(run)) return true;
  if (!/\d/.test(run) || !/[A-Z]/.test(run)) return false;
  // Codes of errors are of capitals too, and have a digit or two.
  return /[a-z]/.test(run) || /(?:\d\D*){4}/.test(run);
}
