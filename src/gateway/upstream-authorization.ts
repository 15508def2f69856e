import { type Need, operationOf } from '../access/operation.js';
import type { UpstreamTokens } from '../bearer/upstream-tokens.js';
import type { Call } from '../http/call.js';

/** The `Authorization` of a request to an upstream that takes this gateway's tokens: for what the request is about to do, and no more. */
export function upstreamAuthorization(tokens: UpstreamTokens): (call: Call) => string | Promise<string> {
  return ({ delivery, target }) => {
    const { needs, mount } = operationOf(delivery.request.method ?? '', target);
    // distribution wants to see the right to read beside every right to write.
    const reading = needs.filter(({ action }) => action === 'push').map(({ subject }) => pullOf(subject));
    const source = mount?.source === undefined ? [] : [pullOf(mount.source)];
    return tokens.authorization(delivery.user, [...needs, ...reading, ...source]);
  };
}

function pullOf(subject: Need['subject']): Need {
  return { action: 'pull', subject };
}
