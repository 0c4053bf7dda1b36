/** When a consumer is told how far a fragment is (DESIGN §6): confirmed after the last delta, then ever less, every beat on demand. */
import { expect, test } from 'vitest';
import { HeartbeatPace } from '../../../src/exchange/heartbeat-pace.ts';
import { ASKS_AGAIN_MS, HEARTBEAT_MS, IDLE_HEARTBEAT_MS, WAITED_MS } from '../../../src/exchange/limits.ts';

/** Beats at which something is said, of those up to `untilMs`. */
function beats(pace: HeartbeatPace, fromMs: number, untilMs: number): readonly number[] {
  const said: number[] = [];
  for (let ms = fromMs; ms <= untilMs; ms += HEARTBEAT_MS) {
    if (!pace.due(ms, HEARTBEAT_MS)) continue;
    pace.beaten(ms);
    said.push(ms);
  }
  return said;
}

test('an envelope stands for a heartbeat; what it said is confirmed, then the pause grows up to the idle one', () => {
  const pace = new HeartbeatPace();
  pace.enveloped(0);
  const said = beats(pace, 0, 10_000);
  expect(said.slice(0, 2)).toEqual([200, 1_200]);
  const pauses = said.slice(2).map((ms, i) => ms - (said[i + 1] ?? 0));
  expect(pauses.every((ms) => Math.abs(ms - IDLE_HEARTBEAT_MS) <= HEARTBEAT_MS)).toBe(true);
});

test('while envelopes come often nothing else is said', () => {
  const pace = new HeartbeatPace();
  let said = 0;
  for (let ms = 0; ms < 2_000; ms += 100) {
    pace.enveloped(ms);
    said += beats(pace, ms, ms).length;
  }
  expect(said).toBe(0);
});

test('who asks once is answered; who asks again and again gets every beat for a while', () => {
  const pace = new HeartbeatPace();
  pace.asked(0);
  expect([pace.waiting(1), beats(pace, 0, 100)]).toEqual([false, []]);
  pace.asked(ASKS_AGAIN_MS - 1);
  expect(pace.waiting(ASKS_AGAIN_MS)).toBe(true);
  const said = beats(pace, HEARTBEAT_MS, HEARTBEAT_MS + WAITED_MS - 2 * HEARTBEAT_MS);
  expect(said.length).toBe((WAITED_MS - 2 * HEARTBEAT_MS) / HEARTBEAT_MS + 1);
  expect(pace.waiting(ASKS_AGAIN_MS + WAITED_MS)).toBe(false);
});

test('a consumer that was out of reach is told with the next beat', () => {
  const pace = new HeartbeatPace();
  pace.beaten(0);
  pace.returned();
  expect(pace.due(1, HEARTBEAT_MS)).toBe(true);
});
