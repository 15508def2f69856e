import type { TestGateway } from '../../harness/gateway.js';
import { until } from '../../harness/until.js';

/** Stops a gateway in peace, which ends only when it knows of no exchange that still runs: none was forgotten. */
export async function assertDrains({ gateway }: TestGateway): Promise<void> {
  let isStopped = false;
  const stopping = gateway.stop().then(() => {
    isStopped = true;
  });
  await until(() => isStopped, 'the gateway stops, because no exchange is left');
  await stopping;
}
