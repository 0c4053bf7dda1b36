/** The export policies in the configuration file, changed as a person would: comments and order stay. */
import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument } from 'yaml';
import { CodedError } from '../model/errors.ts';
import { parseConfig } from './config.ts';
import { policyList, type PolicyConfig } from './config-schema.ts';
import { replaceFile } from './replace-file.ts';

/** Rules of one metric from a program or a command line, defaults filled in. Throws `INVALID_PARAMETERS`. */
export function parseRules(metric: string, rules: readonly unknown[]): readonly PolicyConfig[] {
  const read = policyList.safeParse(rules);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.slice(1).map(String).join('.') ?? '';
    throw new CodedError('INVALID_PARAMETERS', `the rule of '${metric}': ${where} ${issue?.message ?? ''}`.trim(), {
      hint: 'keys are those of `policies` in the configuration',
    });
  }
  const other = read.data.find((r) => r.metric !== metric);
  if (other === undefined) return read.data;
  throw new CodedError('INVALID_PARAMETERS', `a rule of '${other.metric}' among those of '${metric}'`, {
    hint: 'the rules of one metric are set together',
  });
}

/** Puts `rules` in place of those of `metric` in the file; none removes them. Throws `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
export function setPolicies(file: string, metric: string, rules: readonly PolicyConfig[]): boolean {
  let before: string;
  try {
    before = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CodedError('CONFIG_UNREADABLE', `cannot read ${file}`, { cause: error, hint: '`pqa init` makes one' });
  }
  const text = withPolicies(before, file, metric, rules);
  if (text === before) return false;
  replaceFile(file, text);
  return true;
}

/** The text with other rules for one metric. Throws `CONFIG_INVALID`; what it answers is valid. */
export function withPolicies(text: string, name: string, metric: string, rules: readonly PolicyConfig[]): string {
  const { policies } = parseConfig(text, name);
  const known = policies.filter((p) => p.metric === metric);
  if (JSON.stringify(known) === JSON.stringify(rules)) return text;
  const document = parseDocument(text);
  const list = document.get('policies');
  const fresh = rules.map((rule) => document.createNode(rule));
  if (isSeq(list)) {
    const at = list.items.findIndex((item) => isMap(item) && item.get('metric') === metric);
    list.items = list.items.filter((item) => !(isMap(item) && item.get('metric') === metric));
    list.flow = false;
    list.items.splice(at < 0 ? list.items.length : at, 0, ...fresh);
    if (list.items.length === 0) list.flow = true;
  } else if (fresh.length > 0) document.set('policies', document.createNode(rules));
  const changed = document.toString({ lineWidth: 0 });
  const after = parseConfig(changed, name).policies.filter((p) => p.metric === metric);
  if (after.length !== rules.length) {
    throw new CodedError('CONFIG_INVALID', `the policies are written in a way that cannot be changed here`, {
      hint: 'change them by hand',
    });
  }
  return changed;
}
