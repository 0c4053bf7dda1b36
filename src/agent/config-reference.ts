/** The configuration told to people: reference table, known keys for "did you mean", and the file that `pqa init` writes. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** One key of the configuration. */
export interface ConfigKey {
  /** `members[].peerId`; an alternative of a union in brackets: `sources[](host).intervalMs`. */
  readonly key: string;
  readonly type: string;
  /** As YAML, or null if the key has none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly help: string;
}

/** What is read of the JSON schema that zod makes. */
const schemaNode = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  const: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schemaNode).optional();
  },
  get items() {
    return schemaNode.optional();
  },
  get anyOf() {
    return z.array(schemaNode).optional();
  },
  get oneOf() {
    return z.array(schemaNode).optional();
  },
});
type SchemaNode = z.infer<typeof schemaNode>;

function root(): SchemaNode {
  return schemaNode.parse(z.toJSONSchema(configSchema, { io: 'input' }));
}

/** All keys in the order of the schema. */
export function describeConfig(): readonly ConfigKey[] {
  return keysOf(root(), '');
}

/** The reference as a Markdown table. */
export function describeConfigAsMarkdown(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = describeConfig().map((key) => {
    const fallback = key.required ? 'required' : key.default === null ? '' : `\`${key.default}\``;
    return `| \`${key.key}\` | ${cell(key.type)} | ${cell(fallback)} | ${cell(key.help)} |`;
  });
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Keys that may stand in the object at `path`; alternatives are told apart by the value's `kind`. */
export function knownKeys(path: readonly PropertyKey[], value: unknown): readonly string[] {
  return nodesAt(path, value).flatMap((node) => Object.keys(node.properties ?? {}));
}

/** Values of `kind` that tell the alternatives at `path` apart; empty where there are none. */
export function knownKinds(path: readonly PropertyKey[]): readonly string[] {
  return nodesAt(path, undefined).flatMap((node) => node.properties?.['kind']?.const ?? []);
}

function nodesAt(path: readonly PropertyKey[], value: unknown): readonly SchemaNode[] {
  let nodes: readonly SchemaNode[] = [root()];
  let at = value;
  for (const step of path) {
    at = memberOf(at, step);
    nodes = nodes.flatMap((node) => {
      const next = typeof step === 'number' ? node.items : node.properties?.[String(step)];
      return next === undefined ? [] : alternativesOf(next, at);
    });
  }
  return nodes;
}

function alternativesOf(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives === undefined) return [node];
  const kind = memberOf(value, 'kind');
  const fitting = alternatives.filter(
    (a) => a.properties?.['kind'] === undefined || a.properties['kind'].const === kind,
  );
  return fitting.length > 0 ? fitting : alternatives;
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, step)?.value;
}

function keysOf(node: SchemaNode, prefix: string): readonly ConfigKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const hasDefault = member.default !== undefined && !isEmptyObject(member.default);
    const own: ConfigKey = {
      key,
      type: typeText(member),
      default: hasDefault ? JSON.stringify(member.default) : null,
      required: node.required?.includes(name) === true,
      help: member.description ?? '',
    };
    return [own, ...nestedKeys(member, key)];
  });
}

function nestedKeys(node: SchemaNode, key: string): readonly ConfigKey[] {
  if (node.items !== undefined) return nestedKeys(node.items, `${key}[]`);
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives === undefined) return keysOf(node, key);
  return alternatives.flatMap((alternative) => {
    const kind = alternative.properties?.['kind']?.const;
    return keysOf(alternative, kind === undefined ? key : `${key}(${kind})`);
  });
}

function typeText(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(', ');
  if (node.items !== undefined) {
    const inner = typeText(node.items);
    return `list of ${inner === 'object' ? 'objects' : inner}`;
  }
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeText))].join(' or ');
  const range = node.minimum === undefined || node.maximum === undefined ? '' : ` ${node.minimum} to ${node.maximum}`;
  return `${node.type ?? 'any'}${range}`;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** What `pqa init` knows; the rest of the file shows defaults and examples. */
export type SampleValues = Pick<z.input<typeof configSchema>, 'domain'> & Partial<z.input<typeof configSchema>>;

/** Shown as comments where `values` has nothing. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  members: [{ domain: 'esnet', peerId: '12D3KooW...', addresses: ['/dns4/pqa.example.org/tcp/4001'] }],
  policies: [{ metric: 'MemUtil', domains: ['esnet'], columns: ['host', 'memutil'], where: "host != 'private'" }],
  xmpp: {
    service: {
      uri: 'xmpps://xmpp.example.org:5223',
      jid: 'pqa@example.org',
      passwordFile: './xmpp.password',
      pubsub: 'pubsub.example.org',
    },
  },
  sources: [
    { kind: 'host', intervalMs: 1000 },
    {
      kind: 'xmpp-pubsub',
      service: 'pubsub.example.org',
      node: 'measurements',
      metric: 'BWUtilization',
      properties: [
        { name: 'link', type: 'string', path: 'link/@name' },
        { name: 'bwutil', type: 'double', unit: '%', path: 'link/utilization' },
      ],
    },
  ],
};

/** A commented YAML file that `loadConfig` reads: `values` as given, everything else as a comment with its default or an example. */
export function sampleConfig(values: SampleValues): string {
  const given = new Map<string, unknown>(Object.entries(values));
  const sections = Object.entries(root().properties ?? {}).map(([name, node]) => {
    const help = wrap(node.description ?? '').map((line) => `# ${line}`);
    const value = given.get(name);
    if (value !== undefined) return [...help, stringify({ [name]: value }).trimEnd()].join('\n');
    const shown = EXAMPLES[name] ?? exampleOf(node);
    return [
      ...help,
      ...stringify({ [name]: shown })
        .trimEnd()
        .split('\n')
        .map((line) => `# ${line}`),
    ].join('\n');
  });
  return `# Configuration of a Persistent Query Agent. Every key is described in the README.\n\n${sections.join('\n\n')}\n`;
}

/** The defaults of an object, key by key. */
function exampleOf(node: SchemaNode): unknown {
  if (node.properties === undefined) return node.default;
  return Object.fromEntries(Object.entries(node.properties).map(([name, member]) => [name, exampleOf(member)]));
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length > 100) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
