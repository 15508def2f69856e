import { expectSentences } from './sentences.js';

expectSentences([
  [
    'listen:\n',
    '1:1: listen has no value. Write an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, or remove the line.',
  ],
  [
    'realm: ~\n',
    '1:1: realm has no value. Write 1 to 200 printable ASCII characters without " and \\, or remove the line.',
  ],
  ['data:\n', '1:1: data has no value. Write a path, or remove the line.'],
  [
    'hostname: [a, ]\nrealm: null\n',
    '2:1: realm has no value. Write 1 to 200 printable ASCII characters without " and \\, or remove the line.',
  ],
  ['listen: []\n', '1:9: listen must have at least one value. Without the line it is 0.0.0.0:8443.'],
  ['listen: [[8443]]\n', '1:10: listen must not have a list in its list.'],
  [
    'listen: { port: 8443 }\n',
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not a mapping.',
  ],
  [
    'listen: true\n',
    '1:9: listen must be an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443, not "true".',
  ],
  ['realm: 5\n', "1:8: realm must be text. Put it in quotes: '5'."],
  ['realm: true\n', "1:8: realm must be text. Put it in quotes: 'true'."],
  ['realm: [a]\n', '1:8: realm must be a single value, not a list.'],
  [
    'realm: { a: b }\n',
    '1:8: realm must be 1 to 200 printable ASCII characters without " and \\, not a mapping.',
  ],
  [
    "realm: 'a\"b'\n",
    '1:8: realm must be 1 to 200 printable ASCII characters without " and \\, not "a\\"b".',
  ],
  ["realm: ''\n", '1:8: realm must be 1 to 200 printable ASCII characters without " and \\, not "".'],
  ['log: debug\n', '1:6: log must be a mapping with the keys level, file, access.'],
  ['log: [debug]\n', '1:6: log must be a mapping with the keys level, file, access.'],
  [
    'log: { level: DEBUG }\n',
    '1:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, not "DEBUG". Did you mean "debug"?',
  ],
  [
    'log: { level: verbose }\n',
    '1:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, not "verbose".',
  ],
  [
    'log: { level: 3 }\n',
    '1:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, not "3".',
  ],
  ['tls: { keyType: ec }\n', '1:17: tls.keyType must be one of ecdsa, rsa, not "ec".'],
  [
    'tls: yes\n',
    '1:6: tls must be a mapping with the keys pairs, keyType, serveAuthority, clientCa, clientAuth, clientName, clientCrl, hsts.',
  ],
  ['tls: { pairs: a.pem }\n', '1:15: tls.pairs must be a list of mappings with the keys certificate, key.'],
  ['tls: { pairs: [a.pem] }\n', '1:16: tls.pairs must hold only mappings with the keys certificate, key.'],
  ['tls: { pairs: }\n', '1:8: tls.pairs must be a list of mappings with the keys certificate, key.'],
  [
    'tls: { pairs: { certificate: a, key: b } }\n',
    '1:15: tls.pairs must be a list of mappings with the keys certificate, key.',
  ],
  ['tls:\n  pairs:\n    - certificate: a\n', '3:7: tls.pairs[] lacks "key".'],
  [
    'tls:\n  pairs:\n    - { key: b }\n    - {}\n',
    '3:7: tls.pairs[] lacks "certificate".',
    '4:7: tls.pairs[] lacks "certificate".',
    '4:7: tls.pairs[] lacks "key".',
  ],
  [
    'tls: { pairs: [{ certificate: a, key: b, password: c }] }\n',
    '1:42: "tls.pairs[].password" is not a known setting. Known here: certificate, key.',
  ],
  [
    'tls: { pairs: [{ certificate: [a], key: b }] }\n',
    '1:31: tls.pairs[].certificate must be a single value, not a list.',
  ],
  [
    'tls: { pairs: [{ certificate: a, key: }] }\n',
    '1:34: tls.pairs[].key has no value. Write a path, or remove the line.',
  ],
]);
