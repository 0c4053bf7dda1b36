/** Bounds of what goes over a wire. See proto/ for what they bound. */

/** Largest message on a topic (DESIGN §6; gossipsub loses its stream for good beyond 4 MiB). */
export const ENVELOPE_BYTES = 256 * 1024;

/** What the signature, key and topic of a signed gossipsub message may add. */
export const GOSSIP_OVERHEAD_BYTES = 1024;

/** Largest request: a fragment's text and columns. */
export const REQUEST_BYTES = 1024 * 1024;

/**
 * Largest reply: a snapshot of a view of some 100,000 rows. Two bytes can become one object of 100 when decoded, so that
 * a hostile reply of this size costs under 1 GB, once.
 */
export const REPLY_BYTES = 16 * 1024 * 1024;

export const HEARTBEAT_BYTES = 512 * 1024;

/** Fragments in one heartbeat or renewal. */
export const FRAGMENTS = 4096;

/** AES-256. */
export const KEY_BYTES = 32;

export const DELTAS = 65_536;
export const COLUMNS = 1024;
export const READERS = 1024;

/** Inputs of one placed residual: stream references of one statement. */
export const RESIDUAL_INPUTS = 1024;
export const METRICS = 65_536;

/** Streams of which one reply tells figures: the busiest. */
export const FIGURES = 1_024;
export const SNAPSHOT_ROWS = 1_000_000;

/** Groups of a silent having, and conjuncts of it. */
export const SILENT_GROUPS = 1024;
export const SILENT_ATOMS = 64;

/** Deepest nesting of a value or a type. */
export const DEPTH = 16;

/** Longest path of a cause key. */
export const PATH_STEPS = 64;

/** Longest fragment id, query id and other name, in UTF-16 units; EPL texts have their own. */
export const NAME_UNITS = 1024;
export const EPL_UNITS = 65_536;
export const TEXT_UNITS = 65_536;
