import type { AuditDetail, AuditEvent } from './audit-event.js';

/** Characters of one text. */
const LONGEST_TEXT = 512;
/** Texts of one list: a file of ten thousand new users is one line, not a megabyte. */
const LONGEST_LIST = 100;
/** Particulars of one event. */
const MOST_DETAILS = 20;
/** What a terminal obeys or a reader cannot see: controls, marks that turn the direction of writing, line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

/** A line of the audit log, with its newline. @param time as ISO 8601 */
export function auditLine(time: string, event: AuditEvent): string {
  const { detail } = event;
  // Named one by one: nothing that a caller has beside them, such as headers, may get into the file.
  const line = {
    time,
    event: event.event,
    outcome: event.outcome,
    user: cut(event.user),
    address: cut(event.address),
    way: event.way,
    id: event.id,
    repository: cut(event.repository),
    reference: cut(event.reference),
    digest: cut(event.digest),
    action: event.action,
    status: event.status,
    count: event.count,
    since: event.since,
    detail: detail === undefined ? undefined : cutDetail(detail),
  };
  return `${JSON.stringify(line).replace(INVISIBLE, escapeCharacter)}\n`;
}

function cut(text: string | undefined): string | undefined {
  return text === undefined || text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

function cutDetail(detail: AuditDetail): Record<string, unknown> {
  const entries = Object.entries(detail).slice(0, MOST_DETAILS);
  return Object.fromEntries(entries.map(([name, value]) => [name, cutValue(value)]));
}

function cutValue(value: AuditDetail[string]): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  const names = value.slice(0, LONGEST_LIST).map(cut);
  return value.length > LONGEST_LIST ? [...names, `… and ${value.length - LONGEST_LIST} more`] : names;
}

/** JSON's own escape, for each half of a pair. */
function escapeCharacter(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
