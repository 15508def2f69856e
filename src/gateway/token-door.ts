import type { Authorization } from '../access/authorization.js';
import type { Policy } from '../access/policy.js';
import type { Applicant, TokenDoor } from '../bearer/token-endpoint.js';
import type { Authenticator, Granted, UserDirectory } from '../identity/authenticator.js';
import { HeldRefusals } from '../identity/held-refusals.js';

export interface TokenDoorOptions {
  readonly authenticator: Pick<Authenticator, 'check' | 'checkPassword'>;
  readonly authorization: Authorization;
  readonly policy: { readonly current: Policy };
  readonly users: Pick<UserDirectory, 'find'>;
  /** The robot of a name such as `robot:ci`, as it stands now. */
  readonly robot: (user: string) => Granted | undefined;
}

/** Opens the gateway's users and rules to whoever issues tokens. */
export function openTokenDoor({
  authenticator,
  authorization,
  policy,
  users,
  robot,
}: TokenDoorOptions): TokenDoor {
  const held = new HeldRefusals();
  return {
    // Whoever brings nothing but a certificate has been named by it when the request came in.
    authenticate: (credentials, address, { user }) =>
      credentials === undefined && user !== undefined
        ? { kind: 'granted', way: 'certificate', user }
        : held.pass(authenticator.check(credentials, address)),
    authenticatePassword: (user, password, address) =>
      held.pass(authenticator.checkPassword(user, password, address)),
    rightsOf: (applicant, address) => ({
      allows: (action, subject) =>
        authorization.isAllowed({ user: nameOf(applicant), address }, limitsOf(applicant), {
          action,
          subject,
        }),
    }),
    recall(way, user) {
      if (way === 'robot') return robot(user);
      // A certificate can be revoked: it has to be shown again.
      return way === 'password' && users.find(user) !== undefined ? user : undefined;
    },
    admitsStrangers: () => policy.current.admitsStrangers,
  };
}

function nameOf(applicant: Applicant): string | undefined {
  if (typeof applicant === 'string') return applicant;
  return applicant.kind === 'granted' ? applicant.user : undefined;
}

function limitsOf(applicant: Applicant): Granted['limits'] {
  return typeof applicant === 'object' && applicant.kind === 'granted' ? applicant.limits : undefined;
}
