/** Bytes of a `User-Agent` that are looked at. */
const LONGEST = 1024;

const PRODUCT = /([^\s/]{1,64})\/([^\s/]{1,128})/g;

/** The products that a client names in its `User-Agent`, such as `docker/1.5.0 go/go1.4.1 os/linux`. */
export function productsOf(userAgent: string | undefined): ReadonlyMap<string, string> {
  const products = new Map<string, string>();
  for (const [, name = '', version = ''] of (userAgent ?? '').slice(0, LONGEST).matchAll(PRODUCT)) {
    products.set(name, version);
  }
  return products;
}

/** Whether a client is a docker before 0.10, which knows no payload checksums. */
export function isBeforePayloadChecksums(userAgent: string | undefined): boolean {
  const match = /^0\.(\d{1,4})(?:\D|$)/.exec(productsOf(userAgent).get('docker') ?? '');
  return match !== null && Number(match[1]) < 10;
}
