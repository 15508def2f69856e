import { bytesOf, escapedAsNginx } from './access-escape.js';
import { type AccessLines, type AccessRecord, headerOf } from './access-record.js';
import { LocalTime } from './local-time.js';
import { loggedReferer, loggedTarget, NOT_A_PATH } from './logged-target.js';

/** What nginx logs of a client that has gone before there was an answer. */
const CLIENT_GONE = 499;

/**
 * nginx's predefined `combined`, with its escaping:
 * `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`.
 */
export class CombinedLines implements AccessLines {
  readonly #time = new LocalTime();

  line(record: AccessRecord): string {
    const { request, user, address, sent } = record;
    const { rawHeaders } = request;
    const referer = headerOf(rawHeaders, 'referer');
    const agent = headerOf(rawHeaders, 'user-agent');
    return (
      `${address} - ${user === undefined ? '-' : escapedAsNginx(bytesOf(user))} [${this.#time.at(Date.now())}]` +
      ` "${escapedAsNginx(requestLine(record))}" ${loggedStatus(record)} ${sent}` +
      ` "${referer === undefined ? '-' : escapedAsNginx(loggedReferer(referer))}"` +
      ` "${agent === undefined ? '-' : escapedAsNginx(agent)}"\n`
    );
  }
}

/** Three digits, as those who read such logs expect them. */
export function loggedStatus({ status, outcome }: AccessRecord): string {
  if (status !== 0) return String(status);
  return outcome === 'client gone' ? String(CLIENT_GONE) : '000';
}

/** The request line, but for what is a secret in its target. */
export function requestLine({ request, path }: AccessRecord): string {
  const target = loggedTarget(request.url ?? '', path !== undefined);
  const version = `${request.httpVersionMajor}.${request.httpVersionMinor}`;
  return `${request.method ?? ''} ${target === NOT_A_PATH ? '-' : target} HTTP/${version}`;
}
