/** One trigger as one or two lines for people. */
import pc from 'picocolors';
import type { ReceivedTrigger } from '../agent/trigger-watch.ts';

export function triggerLine(trigger: ReceivedTrigger, nowMs: number): string {
  const time = new Date(trigger.eventTimeMs).toISOString().slice(11, 23);
  const rows = [
    ...trigger.insert.map((row) => pc.green(`+ ${rowText(trigger, row)}`)),
    ...trigger.remove.map((row) => pc.yellow(`- ${rowText(trigger, row)}`)),
  ];
  const coverage = trigger.coverage.map((c) => `${c.domain} ${c.state}`).join(', ');
  const gap = trigger.gap ? pc.red(' after a gap') : '';
  const latency = `${nowMs - trigger.eventTimeMs} ms after its cause`;
  const name = trigger.statement === 'statement' ? `query ${trigger.queryId.slice(0, 8)}` : trigger.statement;
  return [`${time} ${name} ${pc.dim(`(${latency}; covers ${coverage})`)}${gap}`, ...rows.map((r) => `    ${r}`)].join(
    '\n',
  );
}

function rowText(trigger: ReceivedTrigger, row: readonly unknown[]): string {
  return trigger.columns.map((c, i) => `${c.name}=${valueText(row[i])}`).join('  ');
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(2);
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
