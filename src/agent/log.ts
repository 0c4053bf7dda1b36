/** The log: pino behind the port. JSON lines for machines, one readable line per entry on a terminal. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { CodedError } from '../model/errors.ts';
import type { Log, LogFields } from '../ports/log.ts';

export interface LogOptions {
  /** @default 'info' */
  readonly level?: 'error' | 'warn' | 'info' | 'debug' | undefined;
  /** Readable lines instead of JSON. @default true on a terminal */
  readonly pretty?: boolean | undefined;
  /** Where lines go. @default stderr: stdout belongs to what a command prints */
  readonly to?: NodeJS.WritableStream | undefined;
}

/** A log whose entries all carry `fields`, such as `{domain}`. */
export function createLog(options: LogOptions = {}, fields: LogFields = {}): Log {
  const to = options.to ?? process.stderr;
  const pretty = options.pretty ?? ('isTTY' in to && to.isTTY === true);
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      serializers: { error: serializeError, err: serializeError, cause: serializeError },
    },
    pretty ? prettyStream(to) : to,
  );
  return new PinoLog(logger.child(fields));
}

class PinoLog implements Log {
  readonly #logger: pino.Logger;

  constructor(logger: pino.Logger) {
    this.#logger = logger;
  }

  error(message: string, fields: LogFields = {}): void {
    this.#logger.error(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#logger.warn(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#logger.info(fields, message);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#logger.debug(fields, message);
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.#logger.child(fields));
  }
}

/** What is worth reading of an error: its code and text; the stack where it is a bug of ours. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const coded = error instanceof CodedError;
  const expected = coded && error.code !== 'INTERNAL';
  return {
    ...(coded ? { code: error.code } : {}),
    message: coded ? error.describe() : error.message,
    ...(expected ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}

/** `12:34:56.789 warn  message  domain=renci peer=esnet`. */
function prettyStream(to: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      to.write(`${prettify(line)}\n`);
      done();
    },
  });
}

function prettify(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line.trimEnd();
  const members = new Map<string, unknown>(Object.entries(entry));
  const text = (name: string) => {
    const value = members.get(name);
    return typeof value === 'string' ? value : '';
  };
  const rest = [...members]
    .filter(([name]) => !['time', 'level', 'message'].includes(name))
    .map(([name, value]) => {
      const plain = typeof value === 'string' && /^[\w./:@-]+$/.test(value);
      return `${name}=${plain ? value : JSON.stringify(value)}`;
    });
  const head = `${text('time').slice(11, 23)} ${text('level').padEnd(5)} ${text('message')}`;
  return rest.length === 0 ? head : `${head}  ${rest.join(' ')}`;
}
