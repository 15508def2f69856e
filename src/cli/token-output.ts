import {
  dockerConfig,
  type FreshRobot,
  isKubernetesName,
  isNamespace,
  isRegistryHost,
  kubernetesSecret,
  type Login,
} from '../robots/index.js';
import { CommandFailure } from './command-failure.js';
import { when } from './token-list.js';

/** In what form a secret is to be printed. */
export interface OutputFlags {
  readonly json?: boolean;
  /** Name of the secret in Kubernetes. */
  readonly kubernetes?: string;
  readonly namespace?: string;
  readonly dockerConfig?: boolean;
  readonly registry?: string;
}

/** @throws {CommandFailure} when the flags do not go together; before anything has been changed */
export function checkOutput({
  json,
  kubernetes,
  namespace,
  dockerConfig: docker,
  registry,
}: OutputFlags): void {
  const forms = [json === true, kubernetes !== undefined, docker === true].filter(Boolean).length;
  if (forms > 1) throw wrong('--json, --kubernetes and --docker-config exclude each other');
  const needsRegistry = kubernetes !== undefined || docker === true;
  if (needsRegistry && registry === undefined)
    throw wrong('--registry is missing: HOST or HOST:PORT, as in the names of images');
  if (registry !== undefined && !isRegistryHost(registry)) {
    throw wrong(
      `--registry takes HOST or HOST:PORT, without a scheme or a path, and ${JSON.stringify(registry)} is neither`,
    );
  }
  if (kubernetes !== undefined && !isKubernetesName(kubernetes)) {
    throw wrong(
      `Kubernetes has no secrets named ${JSON.stringify(kubernetes)}: lower-case letters, digits, "-" and "." make a name`,
    );
  }
  if (namespace !== undefined && !isNamespace(namespace)) {
    throw wrong(
      `Kubernetes has no namespaces named ${JSON.stringify(namespace)}: lower-case letters, digits and "-" make a name`,
    );
  }
}

/** What goes to the standard output, with the secret in it: it alone, or what was asked for in its place. */
export function secretOutput(file: string, { robot, secret }: FreshRobot, flags: OutputFlags): string {
  const { registry = '', kubernetes, namespace } = flags;
  const login: Login = { registry, name: robot.name, secret };
  if (kubernetes !== undefined) return kubernetesSecret(login, { name: kubernetes, namespace });
  if (flags.dockerConfig === true) return dockerConfig(login);
  if (flags.json !== true) return `${secret}\n`;
  const { id, name, repositories, actions, created, expires } = robot;
  const times = {
    created: new Date(created).toISOString(),
    expires: expires === undefined ? null : new Date(expires).toISOString(),
  };
  return `${JSON.stringify({ file, id, name, secret, repositories, actions, ...times })}\n`;
}

/** What goes to the standard error output: everything but the secret. */
export function secretAdvice(
  done: string,
  { robot }: FreshRobot,
  { registry = 'REGISTRY' }: OutputFlags,
): string {
  const { name, expires, actions, repositories } = robot;
  const end =
    expires === undefined ? 'never expires' : `expires ${when(new Date(expires).toISOString(), Date.now())}`;
  const where = repositories.length === 0 ? 'the registry as a whole' : repositories.join(' ');
  return [
    `${done}: ${actions.join(', ')} in ${where}; ${end}`,
    'The token is shown this once. Log in with it as the password:',
    `  docker login --username ${shellWord(name)} --password-stdin ${registry}`,
    '',
  ].join('\n');
}

function shellWord(text: string): string {
  return /^[\w.@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function wrong(message: string): CommandFailure {
  return new CommandFailure(`${message}.`, 2);
}
