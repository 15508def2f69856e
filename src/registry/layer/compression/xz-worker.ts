import { type MessagePort, parentPort } from 'node:worker_threads';
import xz from 'xz-decompress';
import { XZ_WINDOW, type XzAnswer, type XzOrder } from './xz-messages.js';

/** Unpacks one file; see `xz.ts`. */
async function run(port: MessagePort): Promise<void> {
  const answer = (message: XzAnswer): void =>
    port.postMessage(
      message,
      typeof message === 'object' && 'output' in message ? [message.output.buffer] : [],
    );
  let give: ((bytes: Uint8Array | null) => void) | undefined;
  let goOn: (() => void) | undefined;
  let underWay = 0;
  port.on('message', (order: XzOrder) => {
    if (order !== 'taken') return give?.(order.input);
    underWay -= 1;
    return goOn?.();
  });
  const packed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await new Promise<Uint8Array | null>((resolve) => {
          give = resolve;
          answer('want');
        });
        if (bytes === null) controller.close();
        else controller.enqueue(bytes);
      },
    },
    { highWaterMark: 1 },
  );
  for await (const output of new xz.XzReadableStream(packed)) {
    if (output.length === 0) continue;
    underWay += 1;
    answer({ output: output as Uint8Array<ArrayBuffer> });
    while (underWay >= XZ_WINDOW) {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
  }
  answer('end');
}

const port = parentPort;
if (port !== null) {
  await run(port).catch((error: unknown) => {
    port.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies XzAnswer);
  });
  port.close();
}
