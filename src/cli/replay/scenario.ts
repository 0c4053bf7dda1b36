/** Golden scenarios (test/conformance/scenarios): reading one, and the event types and variables it starts from. */
import { CodedError } from '../../model/errors.ts';
import type { EventType, Property } from '../../model/event-type.ts';
import { stringifyStreamName } from '../../model/ids.ts';
import { parseType, STRING } from '../../model/value.ts';

export type ScenarioRow = Readonly<Record<string, unknown>>;

export interface ScenarioStep {
  /** Clock to this time first, ms. */
  readonly t?: number | undefined;
  readonly send?: string | undefined;
  readonly event?: ScenarioRow | undefined;
  readonly domain?: string | undefined;
  readonly iterate?: string | undefined;
  readonly query?: string | undefined;
  readonly setvar?: string | undefined;
  readonly value?: unknown;
  readonly deploy?: string | undefined;
}

/** One listener call, iteration, query or run-time error. */
export interface ScenarioOutput {
  readonly step: number;
  readonly statement?: string | undefined;
  readonly new?: readonly ScenarioRow[] | undefined;
  readonly old?: readonly ScenarioRow[] | undefined;
  readonly iterate?: readonly ScenarioRow[] | undefined;
  readonly query?: readonly ScenarioRow[] | undefined;
  readonly error?: string | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly features: readonly string[];
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly inherits: Readonly<Record<string, readonly string[]>>;
  /** Types offered by each domain; null without domains. */
  readonly domains: Readonly<Record<string, readonly string[]>> | null;
  readonly epl: string;
  /** Statements that are compared; null: all that have a name. */
  readonly listen: readonly string[] | null;
  readonly steps: readonly ScenarioStep[];
  readonly expect: {
    readonly ok: boolean;
    readonly outputs: readonly ScenarioOutput[];
    readonly error: string | null;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(what: string): never {
  throw new CodedError('SCENARIO_INVALID', `the scenario is not valid: ${what}`);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : fail(`${what} is not an object`);
}

function text(value: unknown, what: string): string {
  return typeof value === 'string' ? value : fail(`${what} is not a string`);
}

function list(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(`${what} is not a list`);
}

function texts(value: unknown, what: string): readonly string[] {
  return list(value, what).map((item) => text(item, `an element of ${what}`));
}

function mapOf<T>(value: unknown, what: string, read: (item: unknown, what: string) => T): Readonly<Record<string, T>> {
  const result: Record<string, T> = {};
  for (const [name, item] of Object.entries(record(value, what))) result[name] = read(item, `${what}.${name}`);
  return result;
}

function rows(value: unknown, what: string): readonly ScenarioRow[] {
  return list(value, what).map((row) => record(row, `an element of ${what}`));
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function readStep(value: unknown, what: string): ScenarioStep {
  const step = record(value, what);
  return {
    t: optional(step['t'], (t) => (typeof t === 'number' ? t : fail(`${what}.t is not a number`))),
    send: optional(step['send'], (v) => text(v, `${what}.send`)),
    event: optional(step['event'], (v) => record(v, `${what}.event`)),
    domain: optional(step['domain'], (v) => text(v, `${what}.domain`)),
    iterate: optional(step['iterate'], (v) => text(v, `${what}.iterate`)),
    query: optional(step['query'], (v) => text(v, `${what}.query`)),
    setvar: optional(step['setvar'], (v) => text(v, `${what}.setvar`)),
    value: step['value'],
    deploy: optional(step['deploy'], (v) => text(v, `${what}.deploy`)),
  };
}

function readOutput(value: unknown, what: string): ScenarioOutput {
  const output = record(value, what);
  const { step } = output;
  if (typeof step !== 'number') return fail(`${what}.step is not a number`);
  return {
    step,
    statement: optional(output['statement'], (v) => text(v, `${what}.statement`)),
    new: optional(output['new'], (v) => rows(v, `${what}.new`)),
    old: optional(output['old'], (v) => rows(v, `${what}.old`)),
    iterate: optional(output['iterate'], (v) => rows(v, `${what}.iterate`)),
    query: optional(output['query'], (v) => rows(v, `${what}.query`)),
    error: optional(output['error'], String),
  };
}

/** Throws `SCENARIO_INVALID`. */
export function parseScenario(json: string): Scenario {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new CodedError('SCENARIO_INVALID', 'the scenario is not JSON', { cause: error });
  }
  const file = record(parsed, 'the file');
  const expect = record(file['expect'], 'expect');
  return {
    name: text(file['name'], 'name'),
    features: texts(file['features'] ?? [], 'features'),
    types: mapOf(file['types'] ?? {}, 'types', (item, what) => mapOf(item, what, text)),
    inherits: mapOf(file['inherits'] ?? {}, 'inherits', (item, what) =>
      typeof item === 'string' ? item.split(',').map((name) => name.trim()) : texts(item, what),
    ),
    domains: file['domains'] === undefined ? null : mapOf(file['domains'], 'domains', texts),
    epl: text(file['epl'], 'epl'),
    listen: file['listen'] === undefined ? null : texts(file['listen'], 'listen'),
    steps: list(file['steps'] ?? [], 'steps').map((step, i) => readStep(step, `steps[${i}]`)),
    expect: {
      ok: expect['ok'] === true,
      outputs: list(expect['outputs'] ?? [], 'expect.outputs').map((o, i) => readOutput(o, `expect.outputs[${i}]`)),
      error: optional(expect['error'], String) ?? null,
    },
  };
}

/**
 * The event types of a scenario. With domains, a type that domains offer has the property `domain`, and each offer is a
 * subtype named `renci.MemUtil` (README of the conformance set).
 */
export function scenarioTypes(scenario: Scenario): readonly EventType[] {
  const made = new Map<string, EventType>();
  const offered = new Set(Object.values(scenario.domains ?? {}).flat());
  const make = (name: string): EventType | undefined => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const declared = scenario.types[name];
    if (declared === undefined) return undefined;
    const supertypes = scenario.inherits[name] ?? [];
    const properties: Property[] = [];
    const add = (property: Property): void => {
      if (!properties.some((p) => p.name === property.name)) properties.push(property);
    };
    for (const supertype of supertypes) for (const property of make(supertype)?.properties ?? []) add(property);
    for (const [property, type] of Object.entries(declared)) add({ name: property, type: parseType(type) });
    if (offered.has(name)) add({ name: 'domain', type: STRING });
    const type: EventType = { name, supertypes, properties };
    made.set(name, type);
    return type;
  };
  const types: EventType[] = [];
  for (const name of Object.keys(scenario.types)) {
    const type = make(name);
    if (type !== undefined) types.push(type);
  }
  for (const [domain, names] of Object.entries(scenario.domains ?? {})) {
    for (const name of names) {
      const type = made.get(name);
      if (type === undefined) fail(`domain ${domain} offers the unknown type ${name}`);
      types.push({ name: stringifyStreamName(domain, name), supertypes: [name], properties: type.properties });
    }
  }
  return types;
}
