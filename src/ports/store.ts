/**
 * What survives a restart. Collections of JSON documents by key; SQLite in state/, a map in tests and in the simulation
 * (which may lose what was not committed). All calls are synchronous and durable when they return, unless inside
 * `transaction`, which is durable when it returns.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json | undefined };

export interface Collection {
  get(key: string): Json | undefined;
  put(key: string, document: Json): void;
  delete(key: string): void;
  /** In ascending order of keys (UTF-16 units); those that start with `prefix` if given; at most `limit`. */
  entries(options?: {
    readonly prefix?: string;
    readonly after?: string;
    readonly limit?: number;
  }): readonly (readonly [string, Json])[];
  count(): number;
}

export interface StateStore {
  /** Opens (and makes) the collection `name`: lower-case letters and underscores. */
  collection(name: string): Collection;
  /** All or nothing; nested calls join the outer one. Throws `STORE_FAILED`. */
  transaction<T>(work: () => T): T;
  close(): void;
}
