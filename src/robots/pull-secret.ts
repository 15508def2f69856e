import { isIPv6 } from 'node:net';

/** What clients log in with. */
export interface Login {
  /** `host` or `host:port`, as in the names of images. */
  readonly registry: string;
  readonly name: string;
  readonly secret: string;
}

/** Where Kubernetes keeps a pull secret. */
export interface KubernetesPlace {
  readonly name: string;
  /** Undefined: where `kubectl apply` is told to. */
  readonly namespace: string | undefined;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const LONGEST_HOST = 253;

/** Whether a text names a registry as the names of images do: a host and perhaps a port, and neither scheme nor path. */
export function isRegistryHost(text: string): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1));
  return host.length <= LONGEST_HOST && HOST.test(host);
}

/** Whether Kubernetes takes a text as the name of a secret (RFC 1123 §2.1, with dots). */
export function isKubernetesName(text: string): boolean {
  return text.length <= 253 && new RegExp(`^${LABEL}(?:\\.${LABEL})*$`).test(text);
}

/** Whether Kubernetes takes a text as the name of a namespace. */
export function isNamespace(text: string): boolean {
  return new RegExp(`^${LABEL}$`).test(text);
}

/** A `config.json` for docker, podman, skopeo and whoever reads their files. */
export function dockerConfig({ registry, name, secret }: Login): string {
  return `${JSON.stringify({ auths: { [registry]: { auth: basic(name, secret) } } }, null, 2)}\n`;
}

/** A manifest of a secret of the type `kubernetes.io/dockerconfigjson`, for `imagePullSecrets`. */
export function kubernetesSecret(login: Login, place: KubernetesPlace): string {
  const { registry, name, secret } = login;
  const entry = { username: name, password: secret, auth: basic(name, secret) };
  const data = Buffer.from(JSON.stringify({ auths: { [registry]: entry } })).toString('base64');
  // Quoted, because names such as `1e3` or `true` are something else in YAML.
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${JSON.stringify(place.name)}`,
    ...(place.namespace === undefined ? [] : [`  namespace: ${JSON.stringify(place.namespace)}`]),
    'type: kubernetes.io/dockerconfigjson',
    'data:',
    `  .dockerconfigjson: ${data}`,
    '',
  ].join('\n');
}

function basic(name: string, secret: string): string {
  return Buffer.from(`${name}:${secret}`).toString('base64');
}
