/**
 * The generated parts of the README: CLI reference from the program's own definitions, configuration from its schema,
 * error codes from the one table. `npm run readme` rewrites them between their marks; a unit test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { describeConfigAsMarkdown } from '../../src/agent/config-reference.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { ERROR_NUMBERS } from '../../src/model/errors.ts';

const README = new URL('../../README.md', import.meta.url);

export function readmeWithReference(text: string): string {
  let out = replaceBetween(text, 'cli', cliReference());
  out = replaceBetween(out, 'config', describeConfigAsMarkdown().trim());
  return replaceBetween(out, 'errors', errorReference());
}

function replaceBetween(text: string, mark: string, content: string): string {
  const [from, to] = [`<!-- generated: ${mark} -->`, `<!-- end: ${mark} -->`];
  const start = text.indexOf(from);
  const end = text.indexOf(to);
  if (start < 0 || end < start) throw new Error(`the README has no marks for '${mark}'`);
  return `${text.slice(0, start + from.length)}\n${content}\n${text.slice(end)}`;
}

function cliReference(): string {
  const rows = leavesOf(buildProgram(() => undefined)).map(({ path, command }) => {
    const args = command.registeredArguments.map((a) =>
      a.required ? `<${a.name()}>` : `[${a.name()}${a.variadic ? '...' : ''}]`,
    );
    const options = command.options.filter((o) => !o.hidden).map((o) => `\`${o.flags}\``);
    return `| \`${[...path, ...args].join(' ')}\` | ${command.description()} | ${options.join(' ')} |`;
  });
  return ['| command | does | options |', '| --- | --- | --- |', ...rows].join('\n');
}

function leavesOf(
  command: Command,
  path: readonly string[] = ['pqa'],
): readonly { path: readonly string[]; command: Command }[] {
  return command.commands.flatMap((child) => {
    if (child.description() === '' && child.commands.length === 0) return [];
    const inner = [...path, child.name()];
    return child.commands.length > 0 ? leavesOf(child, inner) : [{ path: inner, command: child }];
  });
}

function errorReference(): string {
  return Object.entries(ERROR_NUMBERS)
    .map(([code, number]) => `${number} \`${code}\``)
    .join(' · ');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(README, readmeWithReference(readFileSync(README, 'utf8')));
}
