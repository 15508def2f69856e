/** Who did it, and how the line finds its request in the access log. Left out where nobody asked: a clean-up, a start. */
export interface AuditSource {
  /** As sent, for a login that failed; undefined for a stranger. */
  readonly user?: string | undefined;
  /** IP address of the client. */
  readonly address?: string | undefined;
  /** `password`, `v1 token`, `bearer`, `robot` or `certificate`; undefined when nothing was shown. */
  readonly way?: string | undefined;
  /** The request's. */
  readonly id?: string | undefined;
}

/** Somebody has shown who they are, or has tried to. */
export interface AuditLogin extends AuditSource {
  /** `overloaded`: the password was not looked at, because too many waited. */
  readonly outcome: 'good' | 'bad' | 'throttled' | 'overloaded';
}

/** A token was given out. */
export interface AuditToken extends AuditSource {
  /** What was asked for and what was granted: scopes, lifetime. Never the token. */
  readonly detail?: AuditDetail | undefined;
}

/** A request is over: one that writes, or one that somebody lacked a right for. */
export interface AuditRequest extends AuditSource {
  readonly method: string;
  /** Of the target, parsed once, without its query. */
  readonly path: string;
  /** What the request needed; undefined: nothing that rules speak of. */
  readonly action: string | undefined;
  readonly repository: string | undefined;
  /** Of the reply. */
  readonly status: number;
  /** Of what was pushed, when the reply or the path names it. */
  readonly digest?: string | undefined;
  /** The request asked for a blob of another repository (OCI end-11). */
  readonly mount?: { readonly source: string | undefined } | undefined;
}

/** Something about the registry itself has changed. */
export interface AuditChange extends AuditSource {
  readonly event: 'rules changed' | 'users changed' | 'robots changed' | 'keys rotated' | 'clean-up';
  /** `refused`: a file was broken, and what held before still holds. Default `done`. */
  readonly outcome?: 'done' | 'refused' | 'failed' | undefined;
  readonly detail?: AuditDetail | undefined;
}

/** Particulars: names, counts, files. Never a secret. Long lists and texts are cut. */
export type AuditDetail = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

/** What becomes one line; the fields stand in this order, without those that are undefined. */
export interface AuditEvent extends AuditSource {
  readonly event: string;
  readonly outcome?: string | undefined;
  readonly repository?: string | undefined;
  /** Tag, or v1 image. */
  readonly reference?: string | undefined;
  readonly digest?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: number | undefined;
  /** Events that this line stands for, when it stands for several. */
  readonly count?: number | undefined;
  /** When the first of them was, as ISO 8601. */
  readonly since?: string | undefined;
  readonly detail?: AuditDetail | undefined;
}

/** Takes what is worth remembering for longer than an access line. Asked as `audit?.login(…)`, so that without one nothing is done. */
export interface Audit {
  /** May be called for every request that shows who asks: what was told lately costs a look into a map. */
  login(login: AuditLogin): void;
  /** May be called for every request that is over: whatever is not worth a line is left out. */
  request(request: AuditRequest): void;
  token(token: AuditToken): void;
  change(change: AuditChange): void;
}
