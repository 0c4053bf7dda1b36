/**
 * Coded errors: the one way in which this project says that something is wrong.
 *
 * Three kinds of mistakes, three ways (STYLE 21): a caller's mistake throws a {@link CodedError}; a peer's mistake is
 * a verdict and a counter; our own bug is an {@link assert} that lets the agent crash.
 */

/** Where in a text something stands. `line` and `column` count from 1, `offset` and `length` in UTF-16 units. */
export interface Position {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

/** Data that goes with a coded error: JSON scalars only, so that faults, logs and metrics can carry it unchanged. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface CodedErrorOptions {
  /** Where in the caller's text. */
  readonly position?: Position | undefined;
  /** What would be right, as a sentence or a name. */
  readonly hint?: string | undefined;
  readonly data?: ErrorData | undefined;
  readonly cause?: unknown;
}

/**
 * An error with a stable code. The code goes to XML-RPC faults, logs and metrics unchanged; the message says what is
 * wrong and where; the hint says what would be right.
 */
export class CodedError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly position: Position | undefined;
  readonly hint: string | undefined;
  readonly data: ErrorData;

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.position = options.position;
    this.hint = options.hint;
    this.data = options.data ?? {};
  }

  /** `message (line L, column C); hint` — without the code, which travels beside it. */
  describe(): string {
    const at = this.position === undefined ? '' : ` (line ${this.position.line}, column ${this.position.column})`;
    return `${this.message}${at}${this.hint === undefined ? '' : `; ${this.hint}`}`;
  }
}

/**
 * The one table of error codes with the number that XML-RPC calls `faultCode`. Numbers are never reused or changed;
 * add at the end of a block.
 */
export const ERROR_NUMBERS = {
  // 1xx: the query's text
  SYNTAX: 100,
  UNKNOWN_STREAM: 101,
  UNKNOWN_PROPERTY: 102,
  AMBIGUOUS_PROPERTY: 103,
  UNKNOWN_FUNCTION: 104,
  UNKNOWN_WINDOW: 105,
  TYPE_MISMATCH: 106,
  WRONG_ARGUMENTS: 107,
  AGGREGATE_NOT_ALLOWED: 108,
  DUPLICATE_NAME: 109,
  UNKNOWN_VARIABLE: 110,
  MISSING_WINDOW: 111,
  INVALID_STATEMENT: 112,
  NOT_SUPPORTED: 113,
  EPL_TOO_LONG: 114,
  EPL_TOO_DEEP: 115,
  UNKNOWN_CONTEXT: 116,
  // 2xx: the registry, events and values
  UNKNOWN_METRIC: 200,
  METRIC_EXISTS: 201,
  METRIC_IN_USE: 202,
  INVALID_METRIC: 203,
  INVALID_EVENT: 204,
  VALUE_OUT_OF_RANGE: 205,
  SCHEMA_CONFLICT: 206,
  // 3xx: queries
  UNKNOWN_QUERY: 300,
  INVALID_OPTION: 301,
  UNKNOWN_OPTION: 302,
  QUERY_LIMIT: 303,
  QUERY_BROKEN: 304,
  EVALUATION: 305,
  IN_USE: 306,
  // 4xx: the federation
  UNKNOWN_DOMAIN: 400,
  DOMAIN_UNREACHABLE: 401,
  POLICY_REFUSED: 402,
  FRAGMENT_REFUSED: 403,
  UNKNOWN_FRAGMENT: 404,
  REPLAY_UNAVAILABLE: 405,
  PROTOCOL: 406,
  CLOCK_SKEW: 407,
  START_PASSED: 408,
  // 5xx: triggers
  XMPP_UNAVAILABLE: 500,
  XMPP_REFUSED: 501,
  INVALID_JID: 502,
  OUTBOX_FULL: 503,
  TRIGGER_TOO_LARGE: 504,
  // 6xx: the management interface
  UNKNOWN_METHOD: 600,
  INVALID_PARAMETERS: 601,
  REQUEST_TOO_LARGE: 602,
  REQUEST_MALFORMED: 603,
  TIMEOUT: 604,
  UNAUTHORIZED: 605,
  BUSY: 606,
  // 7xx: the agent itself
  CONFIG_INVALID: 700,
  CONFIG_UNREADABLE: 701,
  KEY_UNREADABLE: 702,
  KEY_INSECURE: 703,
  STORE_FAILED: 704,
  PORT_IN_USE: 705,
  SOURCE_FAILED: 706,
  NODE_TOO_OLD: 707,
  SCENARIO_INVALID: 708,
  LIMIT_EXCEEDED: 709,
  // 9xx
  INTERNAL: 900,
} as const;

export type ErrorCode = keyof typeof ERROR_NUMBERS;

/** A bug of ours: let it be seen. Never used for a caller's or a peer's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Ends an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** A `CodedError` stays as it is; anything else becomes `INTERNAL` with the cause kept. */
export function toCodedError(error: unknown, code: ErrorCode = 'INTERNAL'): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
