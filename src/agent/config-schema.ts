/**
 * The configuration of an agent: one table of keys with type, unit, default and help. The README's reference, `--help` and
 * the file that `pqa init` writes are generated from it. No transformations here: the schema describes the file.
 */
import { z } from 'zod';
import { checkDomainName } from '../model/ids.ts';
import { parsePredicate } from './parse-predicate.ts';

const domainName = z
  .string()
  .refine(accepts(checkDomainName), 'cannot name a domain: 1 to 253 characters without blanks, back-quotes or slashes');

const multiaddr = z
  .string()
  .regex(
    /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}(?:\/p2p\/[A-Za-z0-9]+)?$/,
    'must be like /ip4/192.0.2.1/tcp/4001',
  );

const peerId = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{46,64}$/, 'must be a PeerId such as 12D3KooW…');

const bareJid = z.string().regex(/^[^\s@/]+@[^\s@/]+$/, 'must be a bare JID such as pqa@example.org');

const port = z.int().min(0).max(65_535);
const path = z.string().min(1);
const identifier = z.string().regex(/^[A-Za-z_]\w*$/, 'must be letters, digits and _');

/** A member by itself, as a command line gives it. */
export const memberSchema = z.strictObject({
  domain: domainName.describe('Its name, as queries write it.'),
  peerId: peerId.describe('Its identity, as its own `pqa init` printed it.'),
  addresses: z.array(multiaddr).max(16).default([]).describe('Where it listens; empty if it dials us.'),
});

const xmppAccount = z.strictObject({
  jid: bareJid.describe('Bare JID.'),
  password: z.string().min(1).describe('In clear: this server is for trials.'),
});

const embedded = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Loopback only.'),
  port: port.default(5222).describe('0 for a free one.'),
  domain: z
    .string()
    .min(1)
    .default('localhost')
    .describe('The XMPP domain; its pubsub service is `pubsub.` before it.'),
  accounts: z.array(xmppAccount).max(1_000).default([]).describe('Who may log in besides the agent.'),
});

const xmppServer = z.strictObject({
  uri: z
    .string()
    .regex(/^xmpps?:\/\/[^\s/]+$/, 'must be like xmpps://xmpp.example.org:5223')
    .describe('`xmpps://host:port`, or `xmpp://host:port` (STARTTLS; without TLS on loopback only).'),
  jid: bareJid.describe("The agent's account."),
  password: z.string().min(1).optional().describe('Its password; better in a file.'),
  passwordFile: path.optional().describe('File with its password alone, readable by its owner only.'),
  pubsub: z.string().min(1).optional().describe('The pubsub service. Default: `pubsub.` before the domain of the JID.'),
  ca: path.optional().describe("Certificates (PEM) to trust instead of the system's; with xmpps:// only."),
});

const xmpp = z.strictObject({
  service: z
    .union([z.literal('embedded'), xmppServer])
    .default('embedded')
    .describe(
      '`embedded` (a small server within the agent, loopback only, for trials), or an account at a real server.',
    ),
  embedded: embedded.prefault({}).describe('The embedded server, where `service` is `embedded`.'),
});

const xmlrpc = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('A loopback address: there is no TLS yet.'),
  port: port.default(8440).describe('0 for a free one.'),
});

const hostSource = z.strictObject({
  kind: z.literal('host').describe('Metrics of this machine: HostMemory, HostCpu, HostNetwork.'),
  intervalMs: z.int().min(100).max(3_600_000).default(1_000).describe('Between two measurements, ms.'),
  metrics: z
    .array(z.enum(['memory', 'cpu', 'network', 'paper-memory', 'paper-network']))
    .min(1)
    .default(['memory', 'cpu', 'network'])
    .describe(
      "Which of them; paper-memory and paper-network give MemoryUtilization, MemUtilEvent and BWUtilization in the paper's shape.",
    ),
});

const itemProperty = z.strictObject({
  name: identifier.describe('Property of the metric.'),
  type: z.string().min(1).describe('string, int, long, float, double, boolean.'),
  path: z
    .string()
    .min(1)
    .describe('Where in the item: element names from the payload on, `a/b`, an attribute as `a/@b`.'),
  unit: z.string().optional().describe('Unit (UCUM).'),
  description: z.string().optional().describe('What it tells.'),
});

const xmppSource = z.strictObject({
  kind: z.literal('xmpp-pubsub').describe('Items of an XMPP pubsub node become events.'),
  name: z.string().min(1).optional().describe('Name in `listSources`. Default: kind and node.'),
  service: z.string().min(1).describe('The pubsub service.'),
  node: z.string().min(1).describe('The node.'),
  metric: identifier.describe('The metric that its items become.'),
  description: z.string().default('').describe('What the metric tells.'),
  format: z.enum(['xml', 'json']).default('xml').describe('Of the payload; JSON is in a container of XEP-0335.'),
  rows: z
    .string()
    .min(1)
    .optional()
    .describe('Path of the parts that become an event each. Default: the whole payload.'),
  backlog: z.boolean().default(false).describe('Also take items that were there before the first session.'),
  properties: z.array(itemProperty).min(1).max(1_000).describe('Properties, each with its place in the payload.'),
});

const aggregateOnly = z.strictObject({
  groupBy: z.array(identifier).max(100).default([]).describe('Columns that may be group keys; `domain` always may.'),
  filters: z.array(identifier).max(100).default([]).describe('Columns that filters may read; `domain` always may.'),
  leastGroup: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(5)
    .describe('Groups of fewer rows, or fewer values of an aggregated column, are suppressed.'),
  leastWindowMs: z
    .int()
    .min(1)
    .max(604_800_000)
    .default(60_000)
    .describe('Windows are whole multiples of it, on a grid from the epoch on, ms.'),
});

const policy = z.strictObject({
  metric: z.string().min(1).describe('A metric of this domain, or `*` for all that have no rule of their own.'),
  domains: z
    .union([z.literal('*'), z.array(domainName).max(1_000)])
    .default('*')
    .describe('Who may read: `*` for every member, or a list; an empty list: nobody.'),
  columns: z
    .union([z.literal('*'), z.array(identifier).max(1_000)])
    .default('*')
    .describe('Columns that may leave or be asked about: `*`, or a list. `domain` always may.'),
  where: z
    .string()
    .min(1)
    .max(10_000)
    .refine(accepts(parsePredicate), 'must be one EPL condition, such as util > 0')
    .optional()
    .describe("Rows that may leave: a condition in EPL on the event's own properties, applied before any window."),
  aggregateOnly: aggregateOnly
    .optional()
    .describe('Only groups of tumbling windows leave, by `#time_batch`; nothing of a single event.'),
  maxRowsPerSecond: z
    .number()
    .min(0.001)
    .max(1_000_000)
    .optional()
    .describe(
      'Rows that leave for one reader per second. What is more waits, and so does the query; nothing is dropped.',
    ),
});

/** Rules of policies by themselves, as the management interface takes them. */
export const policyList = z.array(policy).max(1_000);

const limits = z.strictObject({
  metrics: z.int().min(1).max(1_000_000).default(1_000).describe('Metrics declared here.'),
  queries: z.int().min(1).max(1_000_000).default(1_000).describe('Queries registered here.'),
  requestBytes: z.int().min(1_024).max(67_108_864).default(4_194_304).describe('Body of one XML-RPC call.'),
  publishIds: z.int().min(0).max(1_000_000).default(10_000).describe('Event ids remembered per client and metric.'),
  outboxTriggers: z.int().min(1).max(10_000_000).default(20_000).describe('Triggers that wait for the XMPP server.'),
});

export const configSchema = z.strictObject({
  domain: domainName.describe("This domain's name, as queries write it: one identifier, or back-quoted in queries."),
  dataDir: path.default('./data').describe('Folder of the state. Paths are taken from the folder of this file.'),
  keyFile: path.default('./agent.key').describe('Private key, mode 0600. Who has it is this domain.'),
  listen: z
    .array(multiaddr)
    .min(1)
    .max(16)
    .default(['/ip4/0.0.0.0/tcp/4001'])
    .describe('Addresses on which other agents reach this one (multiaddr; port 0 for a free one).'),
  members: z
    .array(memberSchema)
    .max(1_000)
    .superRefine(refuseRepeats)
    .default([])
    .describe('The other domains. The agent talks to these and to nobody else.'),
  policies: policyList
    .default([])
    .describe(
      'What leaves this domain. The rules of a metric are tried in order; the first that admits every reader governs. A metric without a rule is open to all members.',
    ),
  xmpp: xmpp.prefault({}).describe('Where triggers are published.'),
  xmlrpc: xmlrpc.prefault({}).describe('The management interface, `http://host:port/RPC2`.'),
  sources: z
    .array(z.discriminatedUnion('kind', [hostSource, xmppSource]))
    .max(100)
    .default([])
    .describe('Where measurements come from, besides `publish` over XML-RPC.'),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('Least level that is logged.'),
  limits: limits.prefault({}).describe('Bounds.'),
});

/** As the file says, defaults filled in. `loadConfig` makes paths absolute. */
export type AgentConfig = z.infer<typeof configSchema>;
export type MemberConfig = AgentConfig['members'][number];
export type PolicyConfig = AgentConfig['policies'][number];
export type SourceConfig = AgentConfig['sources'][number];
export type HostSourceConfig = z.infer<typeof hostSource>;
export type XmppSourceConfig = z.infer<typeof xmppSource>;
export type XmppServerConfig = z.infer<typeof xmppServer>;
export type EmbeddedXmppConfig = z.infer<typeof embedded>;

function accepts(check: (name: string) => unknown): (name: string) => boolean {
  return (name) => {
    try {
      check(name);
      return true;
    } catch {
      return false;
    }
  };
}

function refuseRepeats(members: readonly z.infer<typeof memberSchema>[], context: z.RefinementCtx): void {
  for (const key of ['domain', 'peerId'] as const) {
    const seen = new Map<string, number>();
    for (const [i, m] of members.entries()) {
      const before = seen.get(m[key]);
      if (before !== undefined) {
        context.addIssue({ code: 'custom', path: [i, key], message: `is also that of members[${before}]` });
      }
      seen.set(m[key], i);
    }
  }
}
