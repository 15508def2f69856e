import { expectSentences } from './sentences.js';

const allowed = '* or an origin such as https://ui.example.com or https://*.example.com';

expectSentences([
  ["cors: { origins: ['*'] }\n"],
  [
    'cors: { origins: [https://ui.example.com, "http://[::1]:8080", https://*.example.com, tauri://localhost] }\n',
  ],
  ['cors: { origins: [https://a/] }\n', '1:19: cors.origins must not end in a slash: browsers send none.'],
  ['cors: { origins: [https://a/ui] }\n', '1:19: cors.origins must not have a path. End it after the port.'],
  ['cors: { origins: [a.example] }\n', '1:19: cors.origins must begin with a scheme: "https://a.example".'],
  ['cors: { origins: [https://u:p@a] }\n', '1:19: cors.origins must not hold a user name or password.'],
  [
    'cors: { origins: ["null"] }\n',
    '1:19: cors.origins must not be null: pages of anybody get that origin in a sandbox.',
  ],
  ['cors: { origins: ["a b"] }\n', `1:19: cors.origins must be ${allowed}, not "a b".`],
  ['cors: { origins: [data:x] }\n', `1:19: cors.origins must be ${allowed}, not "data:x".`],
  [
    'cors: { origins: [https://a.*.example, https://*.10.0.0.1] }\n',
    '1:19: cors.origins can have a * only for the whole first label of the host, such as https://*.example.com.',
    '1:40: cors.origins must have a host name or an IP address, and a port from 1 to 65535: https://HOST:PORT.',
  ],
  ['cors: { origins: [https://a, https://A:443] }\n', '1:30: cors.origins names https://a twice.'],
  [
    "cors: { origins: ['*', https://a] }\n",
    '1:24: cors.origins has no effect beside *, which stands for every origin.',
  ],
  [
    "cors: { origins: ['*'], credentials: true }\n",
    '1:38: cors.credentials must not be true while "cors.origins" has *: browsers refuse credentials there (Fetch standard). Name the origins.',
  ],
  [
    "cors: { origins: [https://a], credentials: true, exposedHeaders: ['*'] }\n",
    '1:67: cors.exposedHeaders must name the headers while "cors.credentials" is true: * is no wildcard then.',
  ],
  [
    "cors: { origins: [https://a], methods: [get, '*', TRACE] }\n",
    '1:41: cors.methods must be written in capital letters: "GET".',
    '1:46: cors.methods must name the methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS. Without a line all are allowed.',
    '1:51: cors.methods must be a method such as GET, in capital letters, not "TRACE". There are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.',
  ],
  [
    "cors: { origins: [https://a], headers: ['Accept: x', 'a b', Accept, accept] }\n",
    '1:41: cors.headers must be the name alone: "Accept".',
    '1:54: cors.headers must be the name of a header field such as Accept, or *, not "a b".',
    '1:69: cors.headers names accept twice.',
  ],
  ['cors: { maxAge: 5s }\n', '1:17: cors.maxAge has no effect without origins: set "cors.origins".'],
]);
