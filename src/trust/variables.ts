/** A variable of programs that have a list of authorities of their own. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Whose it is, and what it does. */
  readonly note: string;
}

/**
 * The variables by which programs find the authority that do not look into the system's store.
 *
 * @param file that holds the authority alone. @param bundle of all authorities, it among them; undefined: there is none
 */
export function trustVariables(file: string, bundle: string | undefined): readonly Variable[] {
  const whole = bundle ?? file;
  const note = bundle === undefined ? 'in place of all other authorities' : 'with those of the system';
  return [
    { name: 'NODE_EXTRA_CA_CERTS', value: file, note: 'Node, besides its own authorities' },
    { name: 'GIT_SSL_CAINFO', value: whole, note: `Git, ${note}` },
    { name: 'SSL_CERT_FILE', value: whole, note: `OpenSSL, Go, Ruby, ${note}` },
    { name: 'REQUESTS_CA_BUNDLE', value: whole, note: `Python requests, ${note}` },
    { name: 'CURL_CA_BUNDLE', value: whole, note: `curl, ${note}` },
  ];
}
