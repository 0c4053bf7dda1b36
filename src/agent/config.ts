/** Reading the agent's configuration: all problems at once, each with its path and line. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { CodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import { knownKeys, knownKinds } from './config-reference.ts';
import { configSchema, type AgentConfig } from './config-schema.ts';

/** A configuration is written by hand; a longer file is not one. */
const MAX_CONFIG_LENGTH = 1024 * 1024;
/** Problems told at once. */
const MAX_PROBLEMS = 50;

interface Problem {
  readonly line: number;
  readonly text: string;
}

/** Reads and checks the file; paths in the answer are absolute. Throws `CONFIG_UNREADABLE` or `CONFIG_INVALID`. */
export function loadConfig(path: string): AgentConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CodedError('CONFIG_UNREADABLE', `cannot read ${path}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
      hint: '`pqa init` makes one',
    });
  }
  return withAbsolutePaths(parseConfig(text, path), dirname(resolve(path)));
}

/** Checks the text of a configuration; `name` stands for it in messages. Throws `CONFIG_INVALID`. */
export function parseConfig(text: string, name: string): AgentConfig {
  if (text.length > MAX_CONFIG_LENGTH) throw invalid(name, [{ line: 1, text: 'the file is too long' }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.map((e) => ({ line: lines.linePos(e.pos[0]).line, text: e.message }));
  if (syntax.length > 0) throw invalid(name, syntax);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(name, [{ line: 1, text: error instanceof Error ? error.message : String(error) }]);
  }
  const result = configSchema.safeParse(value ?? {});
  const problems = result.success
    ? crossChecks(result.data)
    : result.error.issues.flatMap((issue) => problemsOf(issue, value));
  if (!result.success || problems.length > 0) {
    const placed = problems.map(({ path, text: what }) => ({
      line: lineOf(document, lines, path),
      text: path.length === 0 ? what : `${stringifyPath(path)} ${what}`,
    }));
    throw invalid(name, placed);
  }
  return result.data;
}

interface PathProblem {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): readonly PathProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        text: `is not a known key; ${hintNames(key, knownKeys(issue.path, root)) ?? 'nothing belongs there'}`,
      }));
    case 'invalid_union': {
      // The alternatives that fit the value's kind best say what is wrong with it.
      const branches = issue.errors.filter((branch) =>
        branch.every((i) => i.path.length > 0 || i.code === 'unrecognized_keys'),
      );
      const [branch] = branches;
      if (branches.length === 1 && branch !== undefined) {
        return branch.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, root));
      }
      return [unfitting(issue, root)];
    }
    case 'invalid_type':
      return [
        {
          path: issue.path,
          text: issue.input === undefined && isAbsent(root, issue.path) ? 'is missing' : said(issue),
        },
      ];
    default:
      return [{ path: issue.path, text: said(issue) }];
  }
}

function said(issue: z.core.$ZodIssue): string {
  return issue.message
    .replace(/^(?:Invalid (?:input|string|option)|Too (?:big|small)): /, '')
    .replace(/^expected (?:\w+ to be )?/, 'must be ')
    .replace(/, received/, ', but is');
}

/** No alternative of a union fits at all. */
function unfitting(issue: z.core.$ZodIssueInvalidUnion, root: unknown): PathProblem {
  const kinds = issue.path.at(-1) === 'kind' ? knownKinds(issue.path.slice(0, -1)) : [];
  if (issue.path[0] === 'policies') {
    return { path: issue.path, text: "must be '*' or a list of names" };
  }
  if (kinds.length === 0) {
    return {
      path: issue.path,
      text: "must be 'embedded' or the account at a server: {uri, jid, passwordFile, pubsub}",
    };
  }
  const kind = valueAt(root, issue.path);
  if (kind === undefined) return { path: issue.path, text: `is missing; known: ${kinds.join(', ')}` };
  if (typeof kind !== 'string') return { path: issue.path, text: `must be one of ${kinds.join(', ')}` };
  return { path: issue.path, text: `'${kind}' is not known; ${hintNames(kind, kinds) ?? ''}` };
}

function isAbsent(root: unknown, path: readonly PropertyKey[]): boolean {
  return valueAt(root, path) === undefined;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}

/** What no single key can tell. */
function crossChecks(config: AgentConfig): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  for (const [i, member] of config.members.entries()) {
    if (member.domain === config.domain)
      problems.push({ path: ['members', i, 'domain'], text: 'is this agent itself' });
    for (const [j, address] of member.addresses.entries()) {
      const [, named] = /\/p2p\/(.*)$/.exec(address) ?? [];
      if (named !== undefined && named !== member.peerId)
        problems.push({ path: ['members', i, 'addresses', j], text: `names another PeerId than ${member.peerId}` });
    }
  }
  const { service } = config.xmpp;
  if (service !== 'embedded') {
    if (service.password !== undefined && service.passwordFile !== undefined) {
      problems.push({ path: ['xmpp', 'service', 'password'], text: 'stands beside passwordFile: give one of them' });
    }
    if (service.ca !== undefined && !service.uri.startsWith('xmpps:')) {
      problems.push({ path: ['xmpp', 'service', 'ca'], text: 'needs a uri that starts with xmpps://' });
    }
  }
  return problems;
}

function invalid(name: string, problems: readonly Problem[]): CodedError {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const shown = sorted.slice(0, MAX_PROBLEMS).map((p) => `${name}:${p.line}: ${p.text}`);
  if (sorted.length > shown.length) shown.push(`and ${sorted.length - shown.length} more`);
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  return new CodedError('CONFIG_INVALID', `${count} in the configuration\n${shown.join('\n')}`);
}

/** Line of the key (or of the element) at `path`, else of the nearest thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined || !isPair(pair)) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isMap(node) || isScalar(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return lines.linePos(offset).line;
}

function stringifyPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function withAbsolutePaths(config: AgentConfig, folder: string): AgentConfig {
  const absolute = (path: string) => resolve(folder, path);
  const { service } = config.xmpp;
  const server =
    service === 'embedded'
      ? service
      : {
          ...service,
          ...(service.passwordFile === undefined ? {} : { passwordFile: absolute(service.passwordFile) }),
          ...(service.ca === undefined ? {} : { ca: absolute(service.ca) }),
        };
  return {
    ...config,
    dataDir: absolute(config.dataDir),
    keyFile: absolute(config.keyFile),
    xmpp: { ...config.xmpp, service: server },
  };
}
