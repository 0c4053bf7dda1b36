/** Bounds of the exchange. Each is a default; options may lower it. */

/** Payload of one packed envelope. gossipsub costs ~300 µs of CPU a message whatever its size up to here (PLATFORM §2). */
export const PACK_BYTES = 64 * 1024;

/** Deltas in one envelope: keeps the decoding of one frame below a few ms. */
export const PACK_DELTAS = 1024;

/** Largest message on a topic: beyond 4 MiB gossipsub loses its stream for good (PLATFORM §2); far below for fairness. */
export const MESSAGE_BYTES = 256 * 1024;

/** Largest single delta. One above MESSAGE_BYTES is numbered but not published: consumers fetch it by replay. */
export const DELTA_BYTES = 4 * 1024 * 1024;

/** Deltas and bytes that a sender keeps for replay: about a minute of 1000 deltas/s. What falls off needs a snapshot. */
export const RETAIN_DELTAS = 65_536;
export const RETAIN_BYTES = 64 * 1024 * 1024;

/** Bytes in one answer to a replay request; the consumer asks again for the rest. At least one delta is answered. */
export const REPLAY_BYTES = 1024 * 1024;

/** Deltas and bytes that a receiver holds, in order or not; what comes beyond is dropped and asked for again later. */
export const BUFFER_DELTAS = 16_384;
export const BUFFER_BYTES = 32 * 1024 * 1024;

/** Rows of one view that a receiver tells apart. */
export const VIEW_ROWS = 1_000_000;

/** Announced watermarks waiting for their deltas; the oldest gives way (a later one says all that it said). */
export const ANNOUNCEMENTS = 256;

/** How long a missing delta may be under way before it is asked for: gossip is slower than heartbeats by ~10 ms. */
export const REORDER_GRACE_MS = 30;

/** Pause before the same gap is asked for again; doubles up to the second figure. */
export const REPLAY_RETRY_MS = 200;
export const REPLAY_RETRY_MAX_MS = 5000;

/** Ranges and deltas asked for at once. */
export const MISSING_RANGES = 16;
export const MISSING_DELTAS = 4096;

/** Least distance of two flushes of one fragment under load: packs, at the price of this much latency. */
export const FLUSH_SPACING_MS = 5;

/** A returning domain whose watermark is this close to the clock stops the clock until it has caught up. */
export const REJOIN_LAG_MS = 1000;

/** Causes that wait in a clock group before its host stops taking from receivers (which then stop taking from the wire). */
export const PENDING_CAUSES = 100_000;

/** Deepest nesting of a value (lists, maps). */
export const VALUE_DEPTH = 16;

/** Distance of beats: how often a consumer that waits is told how far a domain is (DESIGN §6). */
export const HEARTBEAT_MS = 100;

/** How long after the last delta a heartbeat confirms its number: a lost one is found out then at the latest. */
export const CONFIRM_MS = 250;

/** Longest pause of heartbeats: five fit into the time after which a domain counts as silent. */
export const IDLE_HEARTBEAT_MS = 2000;

/**
 * A consumer that asks twice within the first figure waits all the time: it gets every beat for the second. A question and
 * its answer cost as much as two beats, so asking pays until two beats would pass between questions; with a quarter of a
 * second, which a join of ten rows a second is always within, beats and questions together took a tenth to a quarter more
 * bytes (`npm run sim -- --bytes`).
 */
export const ASKS_AGAIN_MS = 50;
export const WAITED_MS = 1000;

/** Deltas and bytes that a silent fragment keeps back: what a receiver can take at once. Beyond it the silence ends. */
export const KEEP_DELTAS = 16_384;
export const KEEP_BYTES = 8 * 1024 * 1024;

/** Pause between silences of one query, monotonic clock: first, and what doubling leads to. One attempt costs some 500 bytes per domain. */
export const SILENCE_PAUSE_MS = 1000;
export const SILENCE_PAUSE_MAX_MS = 60_000;

/** When a question about bounds that was not answered is asked again: requests end by a deadline of their own. */
export const SILENCE_RETRY_MS = 1000;

/** A stamp, or a frame, may lie so far ahead of true time as it is best known (DESIGN §4 `maxSkew`). */
export const MAX_SKEW_MS = 2_000;

/** A clock that was not heard for so long says nothing; also the window over which the shortest delay is looked for. */
export const SKEW_FRESH_MS = 30_000;

/** How often an agent says what its clock is to peers that get no heartbeat from it, and to how many: a median needs few. */
export const CLOCK_BEAT_MS = 5_000;
export const CLOCK_PEERS = 8;

/** Longest pause of heartbeats of a fragment that is silent: two fit into the time after which a domain counts as silent. */
export const SILENT_HEARTBEAT_MS = 4000;
