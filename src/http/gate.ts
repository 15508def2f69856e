import type { Authorization } from '../access/authorization.js';
import { isWithinGrant } from '../access/grant-scope.js';
import { isForm, type Need, type Operation, operationOf } from '../access/operation.js';
import type { Asker } from '../access/policy.js';
import type { Rights } from '../exchange/rights.js';
import type { Granted, Refusal, Stranger } from '../identity/authenticator.js';
import { withoutMount } from '../routing/mount.js';
import type { Target } from '../routing/target.js';
import { fieldOf } from './admission.js';
import type { Call } from './call.js';
import { isConfidential } from './confidentiality.js';

export interface GateOptions {
  readonly authorization: Pick<Authorization, 'rightsOf' | 'allows'>;
  /** What answers knows to which repositories an image of the v1 API belongs, and asks the rights itself. */
  readonly knowsImages: boolean;
}

/** A request that does not get in. */
export interface Denial {
  readonly refusal: Refusal;
  /** What would have been needed. */
  readonly operation: Operation;
}

const NOTHING: readonly Need[] = [];
const OUTSIDE_GRANT: Denial = { refusal: { kind: 'unauthorized' }, operation: { needs: NOTHING } };

/** Lets those in who may do what they ask for, once it is known who asks. */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** @returns the call as it may go on. */
  admit(call: Call, verdict: string | Granted | Stranger): Call | Denial {
    if (typeof verdict === 'string')
      return this.#judge(call, verdict, { user: verdict, address: call.client.address }, undefined);
    const { address } = call.client;
    if (verdict.kind === 'stranger')
      return this.#judge(call, verdict, { user: undefined, address }, undefined);
    const { user, grant, limits, upstreamToken } = verdict;
    if (grant === undefined) return this.#judge(call, verdict, { user, address }, limits);
    if (!isWithinGrant(grant, call.delivery.request.method ?? '', call.target.path)) return OUTSIDE_GRANT;
    return this.#judge({ ...call, grant, upstreamToken }, verdict, { user, address }, limits);
  }

  #judge(
    call: Call,
    verdict: string | Granted | Stranger,
    asker: Asker,
    limits: Granted['limits'],
  ): Call | Denial {
    const { authorization } = this.#options;
    const rights = authorization.rightsOf(asker, limits);
    if (rights === undefined && typeof verdict === 'string') return call;
    const { target } = call;
    const operation = this.#operation(call);
    const refusal = accountRefusalOf(verdict, operation);
    if (refusal !== undefined) return { refusal, operation };
    if (rights === undefined) return call;
    if (isChallenged(call, verdict, operation) || !authorization.allows(asker, limits, operation))
      return { refusal: refusalOf(verdict), operation };
    const { delivery, head, client, origin, grant, upstreamToken } = call;
    const reached = this.#mountable(operation, target, rights);
    // Written out: every request comes here, and to spread one object into another costs as much as all rules do.
    return { delivery, head, target: reached, client, origin, rights, grant, upstreamToken };
  }

  #operation({ delivery, target, head }: Call): Operation {
    // What a form says would count before the query, to some.
    const hasForm = head.hasBody && isForm(fieldOf(head, 'content-type'));
    const operation = operationOf(delivery.request.method ?? '', target, hasForm);
    return operation.image === undefined || !this.#options.knowsImages
      ? operation
      : { ...operation, needs: NOTHING };
  }

  /** Whoever may not read the source has to send the blob, as if it were not there. */
  #mountable({ mount }: Operation, target: Target, rights: Rights): Target {
    if (mount === undefined) return target;
    const { source } = mount;
    // Without a source the registry here looks for one that may be read; another one might not ask.
    const mayMount = source === undefined ? this.#options.knowsImages : rights.may('pull', source);
    return mayMount ? target : withoutMount(target);
  }
}

/**
 * Whether a stranger has to be told how to log in although nothing in particular is needed. Clients decide by the answer
 * at `/v2/` whether they will ever show who they are: those that are let in there never do. Where nobody may be asked for
 * a password, that is as it should be.
 */
function isChallenged(
  { delivery, client, target }: Call,
  verdict: string | Granted | Stranger,
  { needs, image }: Operation,
): boolean {
  if (typeof verdict === 'string' || verdict.kind !== 'stranger') return false;
  const isForNobody = needs.length === 0 && image === undefined && target.path !== '/';
  return isForNobody && isConfidential(delivery.connection, client);
}

/** Whoever has not shown a password has no account to change, and a stranger none at all. */
function accountRefusalOf(verdict: string | Granted | Stranger, { account }: Operation): Refusal | undefined {
  if (account === undefined || typeof verdict === 'string') return undefined;
  if (verdict.kind === 'stranger') return { kind: 'unauthorized' };
  return account === 'change' && verdict.way !== 'password' ? { kind: 'forbidden' } : undefined;
}

function refusalOf(verdict: string | Granted | Stranger): Refusal {
  if (typeof verdict === 'string') return { kind: 'forbidden' };
  if (verdict.kind === 'stranger') return { kind: 'unauthorized' };
  return { kind: verdict.way === 'bearer' ? 'insufficient' : 'forbidden' };
}
