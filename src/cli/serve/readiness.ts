import type { Configuration, UpstreamConfiguration } from '../../configuration/configuration.js';
import { type ReadinessCheck, writableDirectory } from '../../monitor/readiness.js';
import { read } from '../../tls/directory.js';
import { checkUpstream } from '../../upstream/check.js';

/** What has to be well so that requests are of use. Never asks for more than that: a full disk still lets clients pull. */
export function readinessChecks({ upstream, data }: Configuration): readonly ReadinessCheck[] {
  return [upstream === undefined ? writableDirectory(data) : answeringUpstream(upstream)];
}

/** One server that answers is enough. */
function answeringUpstream(upstream: UpstreamConfiguration): ReadinessCheck {
  return {
    name: 'upstream',
    async check(): Promise<string | undefined> {
      const ca = upstream.ca === undefined ? undefined : (await read(upstream.ca)).toString();
      const answers = await checkUpstream(upstream, ca);
      if (answers.some(({ ok }) => ok)) return undefined;
      return answers.map(({ server, reason }) => `${server}: ${reason ?? 'no answer'}`).join('; ');
    },
  };
}
