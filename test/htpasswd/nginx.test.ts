import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { closeSharedPool, HtpasswdFile, verifyPassword } from '../../src/htpasswd/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { freePort } from '../harness/free-port.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';

after(closeSharedPool);

/** Status of a request to nginx; 0 when it does not answer. */
function status(port: number, user?: string, password?: string): Promise<number> {
  return new Promise((resolve) => {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const headers = user === undefined ? {} : { authorization: `Basic ${credentials}` };
    request({ host: '127.0.0.1', port, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', () => resolve(0))
      .end();
  });
}

/** Starts nginx with the password file `users` in the directory, and ends it after the test. */
async function startNginx(context: TestContext, directory: string): Promise<number> {
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${directory}/${kind};`)
    .join(' ');
  // Whoever is let in gets a 404: there are no files. `return` would answer before the password is asked for.
  await writeFile(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log;
     events {}
     http { access_log off; ${temporary}
       server { listen 127.0.0.1:${port}; root ${directory}/nothing;
         location / { auth_basic "x"; auth_basic_user_file ${directory}/users; } } }`,
  );
  const nginx = spawn('nginx', [
    '-e',
    `${directory}/error.log`,
    '-p',
    directory,
    '-c',
    `${directory}/nginx.conf`,
  ]);
  context.after(async () => {
    nginx.kill();
    if (nginx.exitCode === null && nginx.signalCode === null) await once(nginx, 'exit');
  });
  await until(async () => (await status(port)) === 401, 'nginx answers');
  return port;
}

test('nginx lets the same people in', requireProgram('nginx', 'nginx-light'), async (t) => {
  const directory = temporaryDirectory(t);
  const apr1 = async (password: string): Promise<string> =>
    (await runProgram('openssl', ['passwd', '-apr1', password])).stdout.trim();
  const sha1 = (...parts: readonly string[]): Buffer => createHash('sha1').update(parts.join('')).digest();
  const ssha = Buffer.concat([sha1('secret', 'salt'), Buffer.from('salt')]).toString('base64');
  const secret = await apr1('secret');
  const lines = [
    '# people',
    `apr1:${secret}`,
    '',
    `third:${secret}:a remark`,
    `dos:${secret}\r`,
    `sha:{SHA}${sha1('secret').toString('base64')}`,
    `ssha:{SSHA}${ssha}`,
    'plain:{PLAIN}secret',
    'plaincolon:{PLAIN}secret:more',
    `#hidden:${secret}`,
    `twice:${await apr1('other')}`,
    `twice:${secret}`,
    `refusedtwice:{SHA}broken`,
    `refusedtwice:${secret}`,
    `Müller:${await apr1('pässwörd')}`,
    `spaces in it:${secret}`,
    'bare:secret',
    `broken:${secret.slice(0, -1)}`,
    `last:${secret}`,
  ];
  const users = join(directory, 'users');
  await writeFile(users, lines.join('\n'));
  const port = await startNginx(t, directory);
  const file = await HtpasswdFile.open(users, { watch: false });
  let right = 0;
  for (const name of new Set(lines.map((line) => line.split(':')[0] ?? ''))) {
    if (name === '') continue;
    for (const password of ['secret', 'other', 'pässwörd', 'secret:more', 'secre', '']) {
      const entry = file.get(name);
      const ours = entry !== undefined && (await verifyPassword(entry.hash, password));
      assert.equal((await status(port, name, password)) === 404, ours, `${name} with ${password}`);
      if (ours) right += 1;
    }
  }
  assert.equal(right, 11);
});
