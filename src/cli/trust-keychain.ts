import { shellWord } from '../trust/shell-word.js';
import type { FoundAuthority } from './trust-authority.js';

/** What a person types on macOS and Windows, where the store asks the person itself whether it may be changed. */
export function keychainCommands(
  platform: NodeJS.Platform,
  found: FoundAuthority,
  file: string | undefined,
  remove: boolean,
): readonly string[] {
  const digits = found.fingerprint.replaceAll(':', '');
  const path = file ?? 'ca.crt';
  if (platform === 'win32') {
    const sha1 = found.certificate?.fingerprint.replaceAll(':', '').toLowerCase();
    if (remove) return [`certutil -delstore Root ${sha1 ?? 'SHA1'}`];
    return [`certutil -addstore -f Root "${path}"`];
  }
  const keychain = '/Library/Keychains/System.keychain';
  if (remove) return [`sudo security delete-certificate -Z ${digits} ${keychain}`];
  return [`sudo security add-trusted-cert -d -r trustRoot -k ${keychain} ${shellWord(path)}`];
}
