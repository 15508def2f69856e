/** What a token of the v1 API lets its bearer do: deeds in one repository, and no more. */
export interface Grant {
  /** `namespace/name`; `library/x` for a name of one part. */
  readonly repository: string;
  /** `write` allows reading too, `delete` as well. */
  readonly access: 'read' | 'write' | 'delete';
  /** Images that the token's issuer lists for the repository; undefined when this registry knows them itself. */
  readonly images?: ReadonlySet<string>;
}
