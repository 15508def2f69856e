import type { Reader } from './reader.js';
import { one, optional } from './setting.js';
import { choice } from './values/choice.js';
import { count } from './values/quantity.js';
import { filePath } from './values/text.js';

/** How lines of the access log look: JSON, `combined` of nginx, or the Common Log Format. */
export type AccessLogFormat = 'json' | 'combined' | 'common';

/** Where log lines go. */
export interface LogConfiguration {
  /** Path of the file for the program's own lines; undefined: standard output. */
  readonly file: string | undefined;
  readonly access: {
    /** Path of the file; undefined: where the program's own lines go. */
    readonly file: string | undefined;
    readonly format: AccessLogFormat;
    /** One line for so many health checks that went well; 0: none. */
    readonly pings: number;
  };
}

const formats = ['json', 'combined', 'common'] as const satisfies readonly AccessLogFormat[];

/** The settings of the logs but for their level. */
export const logSettings = {
  logFile: optional('log.file', 'DOCKGATE_LOG_FILE', filePath, {
    description: 'File for log lines in place of standard output.',
  }),
  accessLogFile: optional('log.access.file', 'DOCKGATE_LOG_ACCESS_FILE', filePath, {
    description: 'File for access lines; without it they go where the other lines go.',
  }),
  accessLogFormat: one('log.access.format', 'DOCKGATE_LOG_ACCESS_FORMAT', choice(formats), 'json', {
    description: 'Form of access lines: json, combined as nginx has it, or common (Common Log Format).',
  }),
  accessLogPings: one('log.access.pings', 'DOCKGATE_LOG_ACCESS_PINGS', count(0, 1_000_000), '1', {
    description: 'One access line for so many health checks that went well; 0: none.',
  }),
};

/** Reads where log lines go. */
export function readLogs(reader: Reader): LogConfiguration {
  return {
    file: reader.optional(logSettings.logFile),
    access: {
      file: reader.optional(logSettings.accessLogFile),
      format: reader.one(logSettings.accessLogFormat),
      pings: reader.one(logSettings.accessLogPings),
    },
  };
}
