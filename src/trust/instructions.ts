import { shellWord } from './shell-word.js';

/** What a person types so that one kind of client trusts an authority. */
export interface TrustInstruction {
  /** Which client. */
  readonly client: string;
  /** Shell lines, to be typed on the client's machine, where the authority's file has been copied to. */
  readonly lines: readonly string[];
}

/** Where clients reach the gateway. */
export interface TrustTarget {
  /** Path of `ca.crt`. */
  readonly authorityFile: string;
  /** Host name or address as clients write it, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The command that does it all, and the lines for machines without dockgate: docker, podman, the system's store, curl. */
export function trustInstructions({ authorityFile, host, port }: TrustTarget): readonly TrustInstruction[] {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  // Image names leave out the port of https, and the directories are called like the images.
  const place = port === 443 ? bracketed : `${bracketed}:${port}`;
  const file = shellWord(authorityFile);
  return [
    {
      client: 'all that are on this machine',
      lines: [`sudo dockgate trust --ca ${file} ${shellWord(place)}`],
    },
    { client: 'docker', lines: [install(file, `/etc/docker/certs.d/${place}/ca.crt`)] },
    { client: 'podman, skopeo', lines: [install(file, `/etc/containers/certs.d/${place}/ca.crt`)] },
    {
      client: 'everything on Debian, Ubuntu',
      lines: [
        install(file, `/usr/local/share/ca-certificates/${storeName(place)}`),
        'sudo update-ca-certificates',
      ],
    },
    {
      client: 'everything on Fedora, Red Hat',
      lines: [install(file, `/etc/pki/ca-trust/source/anchors/${storeName(place)}`), 'sudo update-ca-trust'],
    },
    { client: 'curl', lines: [`curl --cacert ${file} ${shellWord(`https://${place}/v2/`)}`] },
  ];
}

/** {@link trustInstructions} as a text for a terminal. */
export function formatTrustInstructions(target: TrustTarget): string {
  return trustInstructions(target)
    .flatMap(({ client, lines }) => [`${client}:`, ...lines.map((line) => `  ${line}`)])
    .join('\n');
}

/** `install -D` makes the directories, and a mode that every account can read. */
function install(file: string, destination: string): string {
  return `sudo install -D -m 0644 ${file} ${shellWord(destination)}`;
}

/** One file for each gateway, called as `dockgate trust` calls it, so that a second one does not take the first one's place. */
function storeName(place: string): string {
  return `dockgate-${place.replaceAll(/[[\]]/g, '').replace(/[^A-Za-z0-9.-]/g, '-')}.crt`;
}
