import { formatProblem, type Problem } from '../configuration/problem.js';

/** One thing that is wrong in what the operator wrote, as it is sent. */
export interface ReportedProblem {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
}

/** What came of a reload. */
export interface ReloadReport {
  /** The configuration holds now. Otherwise nothing has changed. */
  readonly ok: boolean;
  readonly problems: readonly ReportedProblem[];
  /** What works, but a person should know; whole sentences. */
  readonly notices: readonly string[];
  /** How many configurations have held since the start. */
  readonly generation: number;
}

/** A request that is under way. */
export interface RunningExchange {
  readonly id: string;
  readonly user: string | undefined;
  readonly client: string;
  readonly method: string;
  /** Without what may be a secret, as in the access log. */
  readonly target: string;
  /** 0 while nothing was answered. */
  readonly status: number;
  /** Bytes of the request's body so far. */
  readonly received: number;
  /** Bytes of the reply's body so far. */
  readonly sent: number;
  readonly seconds: number;
  /** Process id of the worker. */
  readonly worker?: number | undefined;
}

/** A process that shares the work. */
export interface WorkerStatus {
  readonly pid: number;
  readonly number: number;
  readonly state: 'starting' | 'running' | 'leaving';
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Requests under way. */
  readonly exchanges: number;
}

/** What a running server says of itself. */
export interface ServerStatus {
  readonly version: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** How many configurations have held since the start. */
  readonly generation: number;
  readonly stopping: boolean;
  readonly exchanges: readonly RunningExchange[];
  readonly workers?: readonly WorkerStatus[] | undefined;
}

/** A problem as it is sent. */
export function reportProblem({ place, message }: Problem): ReportedProblem {
  if (place === undefined) return { message };
  const { file, line, column } = place;
  return {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
  };
}

/** A problem that was sent, as `dockgate check` writes it. */
export function formatReportedProblem({ file, line, column, message }: ReportedProblem): string {
  return formatProblem({ place: file === undefined ? undefined : { file, line, column }, message });
}
