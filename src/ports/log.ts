/** Structured facts with ids; messages are constant texts, data goes into fields. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A log whose entries all carry `fields`. */
  child(fields: LogFields): Log;
}
