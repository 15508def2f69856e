import type { ControlHandlers } from '../../src/monitor/control-socket.js';
import { Readiness } from '../../src/monitor/readiness.js';
import type { ReloadReport, ServerStatus } from '../../src/monitor/status.js';

const STATUS: ServerStatus = {
  ...{ version: '1.2.3', pid: 42, startedAt: 0, generation: 1, stopping: false, exchanges: [] },
};
const REPORT: ReloadReport = { ok: true, problems: [], notices: [], generation: 2 };

/** A server that has nothing to tell but what a test wants it to. */
export function handlers(changes: Partial<ControlHandlers> = {}): ControlHandlers {
  return {
    readiness: new Readiness([]),
    metrics: () => Promise.resolve('# nothing\n'),
    reload: () => Promise.resolve(REPORT),
    status: () => STATUS,
    ...changes,
  };
}
