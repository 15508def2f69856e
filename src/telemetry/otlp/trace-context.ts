/** Whose part a request is (W3C Trace Context §3.2). */
export interface TraceParent {
  /** 32 hexadecimal digits, not all of them zero. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all of them zero. */
  readonly spanId: string;
  /** Of the flags those that are known: {@link SAMPLED} and {@link RANDOM}. */
  readonly flags: number;
}

/** Whoever began the trace records it. */
export const SAMPLED = 1;
/** The trace's identifier is made of random bits (Level 2 of the recommendation, §3.2.2.5.2). */
const RANDOM = 2;

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZERO = /^0+$/;
const MEMBERS = 32;
const LONGEST_STATE = 512;
/** Longer members are the first to go (§3.3.1.5). */
const LONG_MEMBER = 128;
const MEMBER =
  /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[ -+--<>-~]{0,255}[!-+--<>-~]$/;

/**
 * Reads `traceparent`. Versions after 00 are read as far as 00 goes, which is how they are made (§3.2.4).
 *
 * @returns undefined for what is not valid: a new trace begins then.
 */
export function parseTraceParent(text: string): TraceParent | undefined {
  const match = text.length <= LONGEST_STATE ? FORM.exec(text) : null;
  if (match === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (ZERO.test(traceId) || ZERO.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & (SAMPLED | RANDOM) };
}

/** `traceparent` of version 00. */
export function formatTraceParent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags}`;
}

/**
 * Reads `tracestate`, to be passed on: at most 32 members and 512 characters, without empty members and white space.
 *
 * @param text all lines of the field, joined by commas
 * @returns undefined for an empty or invalid one (§3.3.1)
 */
export function readTraceState(text: string): string | undefined {
  if (text.length > 16 * LONGEST_STATE) return undefined;
  const seen = new Set<string>();
  let members: string[] = [];
  for (const written of text.split(',')) {
    const member = withoutBlanks(written);
    if (member === '') continue;
    const key = member.slice(0, member.indexOf('='));
    if (!MEMBER.test(member) || seen.has(key)) return undefined;
    seen.add(key);
    members.push(member);
  }
  if (members.length > MEMBERS) return undefined;
  if (members.join().length > LONGEST_STATE)
    members = members.filter((member) => member.length <= LONG_MEMBER);
  while (members.join().length > LONGEST_STATE) members.pop();
  return members.length === 0 ? undefined : members.join();
}

/** Without white space around it (RFC 9110 §5.6.3). A pattern would take quadratic time for blanks between words. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09;
}
