/** What the line of one exchange says. */
export interface AccessRecord {
  readonly id: string;
  readonly user: string | undefined;
  readonly address: string;
  readonly request: {
    readonly method?: string | undefined;
    readonly url?: string | undefined;
    readonly httpVersionMajor: number;
    readonly httpVersionMinor: number;
    /** Names and values in turn. */
    readonly rawHeaders: readonly string[];
    readonly received: number;
  };
  /** Undefined when the target was refused. */
  readonly path: string | undefined;
  /** 0 when nothing was answered. */
  readonly status: number;
  /** Bytes of the reply's body. */
  readonly sent: number;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Milliseconds until the upstream began its answer. */
  readonly upstreamMilliseconds: number | undefined;
  readonly outcome: string | undefined;
  readonly connection: { readonly tlsVersion: string };
}

/** Makes the lines of one form. */
export interface AccessLines {
  /**
   * One line with its newline.
   *
   * @param now milliseconds of the monotonic clock
   * @param sampled how many exchanges the line stands for
   */
  line(record: AccessRecord, now: number, sampled: number): string;
}

/** The first value of a field; undefined without one. @param name in lower case */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index] as string;
    if (other.length === name.length && (other === name || other.toLowerCase() === name))
      return rawHeaders[index + 1];
  }
  return undefined;
}
