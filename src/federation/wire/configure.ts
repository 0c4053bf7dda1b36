/**
 * Must be imported before generated.js: without Long, 64-bit integers are plain numbers, exact to 2^53 (larger ones are
 * refused by the codec). `--force-number` changes the generated types alone.
 */
import protobuf from 'protobufjs/minimal.js';

Object.assign(protobuf.util, { Long: undefined });
protobuf.configure();
