import type { TestContext } from 'node:test';
import {
  type Applicant,
  type TokenDoor,
  TokenEndpoint,
  type TokenNotice,
} from '../../src/bearer/token-endpoint.js';
import type { Action } from '../../src/exchange/action.js';
import type { Subject } from '../../src/exchange/rights.js';
import type { Granted, Verdict } from '../../src/identity/authenticator.js';
import { type Asked, exchangeOf, jsonOf } from './exchange.js';
import { type Mint, openMint } from './fixture.js';

/** `Authorization` of the user alice. */
export const ALICE = `Basic ${Buffer.from('alice:secret').toString('base64')}`;
const ROBOT: Granted = {
  kind: 'granted',
  way: 'robot',
  user: 'robot:ci',
  limits: { allows: (action, subject) => action === 'pull' && subject === 'robots' },
};

/** alice may do everything below team/, the robot pull `robots`, strangers pull `public`. */
function mayDo(who: Applicant, action: Action, subject: Subject): boolean {
  if (typeof who === 'string') return subject === undefined || String(subject).startsWith('team/');
  if (who.kind === 'stranger') return action === 'pull' && subject === 'public';
  return who.limits?.allows(action, subject) === true;
}

/** A token server, and what a test sets of it. */
export interface Server extends Mint {
  ask(
    asked: Asked,
  ): Promise<{ status: number; json: Record<string, unknown>; headers: Record<string, unknown> }>;
  readonly notices: TokenNotice[];
  /** Set by tests. */
  verdict: Verdict | undefined;
  admits: boolean;
}

/** Starts one for one test. */
export async function serve(test: TestContext): Promise<Server> {
  const mint = await openMint(test);
  const byPassword = (user: string, password: string): Verdict => {
    if (server.verdict !== undefined) return server.verdict;
    if (user === 'robot:ci' && password === 'dgt_x') return ROBOT;
    return user === 'alice' && password === 'secret' ? 'alice' : { kind: 'unauthorized' };
  };
  const door: TokenDoor = {
    authenticate(authorization) {
      if (authorization === undefined) return { kind: 'stranger' };
      const [user = '', password = ''] = Buffer.from(authorization.slice(6), 'base64')
        .toString()
        .split(/:(?=[^:]*$)/);
      return byPassword(user, password);
    },
    authenticatePassword: async (user, password) => byPassword(user, password),
    rightsOf: (who) => ({ allows: (action, subject) => mayDo(who, action, subject) }),
    recall: (way, user) => (way === 'robot' ? ROBOT : user),
    admitsStrangers: () => server.admits,
  };
  const notices: TokenNotice[] = [];
  const { issuer, tokens } = mint;
  const endpoint = new TokenEndpoint({
    door,
    issuer,
    tokens,
    service: 'dockgate',
    services: ['other'],
    realm: 'the "registry"',
    onIssue: (notice) => notices.push(notice),
  });
  const server: Server = {
    ...mint,
    notices,
    verdict: undefined,
    admits: true,
    async ask(asked) {
      const reply = await endpoint.handle(exchangeOf(asked));
      return { status: reply.status, json: jsonOf(reply), headers: { ...reply.headers } };
    },
  };
  return server;
}
