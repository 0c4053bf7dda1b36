/** `pqa`: what a person types. Thin: every command calls the agent's management interface or the pure core. */
import { Command, CommanderError, Option } from 'commander';
import { CodedError, toCodedError } from '../model/errors.ts';
import { runAgent } from './agent-command.ts';
import { runDemo } from './demo.ts';
import { runDemoLoad } from './demo-load.ts';
import { runInit } from './init.ts';
import { showLedger } from './ledger.ts';
import { addMetric, listMetrics, publishEvents, removeMetric } from './metric.ts';
import { failure } from './output.ts';
import { listPeers, listSources } from './peers.ts';
import {
  addQuery,
  explainQuery,
  listQueries,
  removeQuery,
  runQuery,
  setVariable,
  showQuery,
  showVariables,
  watchQuery,
} from './query.ts';
import { listPolicies, removePolicy, setPolicy } from './policy.ts';
import { invite, trust } from './trust.ts';
import { runReplay } from './replay/command.ts';

/** Exit codes: 0 done, 1 the agent or the input refused, 2 the command line is wrong. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const done = (code: number): void => {
    exitCode = code;
  };
  const program = buildProgram(done);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    failure(error instanceof CodedError ? error : toCodedError(error), argv.includes('--json'));
    return 1;
  }
}

/** All commands; `done` takes the exit code of those that have one. The README's reference is made from it. */
export function buildProgram(done: (code: number) => void): Command {
  const program = new Command('pqa')
    .description('A federated Persistent Query Agent: continuous EPL queries over measurement streams of many domains.')
    .exitOverride()
    .showHelpAfterError('(pqa --help says more)');
  addAgentCommands(program, done);
  addPolicyCommands(program);
  addQueryCommands(program);
  addMetricCommands(program);
  addReplay(program, done);
  return program;
}

const url = () =>
  new Option('--url <url>', 'management interface of the agent').env('PQA_URL').default('http://127.0.0.1:8440/RPC2');
const json = () => new Option('--json', 'print JSON, for programs');

function addAgentCommands(program: Command, done: (code: number) => void): void {
  program
    .command('init')
    .description('make keys and a commented configuration in a folder')
    .argument('[folder]', 'where', '.')
    .requiredOption('--domain <name>', 'name of this administrative domain, as queries will write it')
    .option('--listen <multiaddr>', 'address for other agents', '/ip4/0.0.0.0/tcp/4001')
    .option('--xmlrpc-port <port>', 'port of the management interface', '8440')
    .option('--xmpp-port <port>', 'port of the embedded XMPP server', '5222')
    .addOption(json())
    .action((folder: string, options) => runInit(folder, options));
  const config = () => new Option('--config <file>', 'configuration of this agent').default('pqa.yaml');
  program
    .command('trust')
    .description('add a domain to the members, or remove it; the other side prints what to type with pqa invite')
    .argument('<domain>', 'its name')
    .argument('[peerid]', 'its identity')
    .argument('[addresses...]', 'where it listens, such as /dns4/pqa.example.org/tcp/4001; none if it dials this one')
    .addOption(config())
    .option('--replace', 'the domain has a new key: take it instead of the one that is listed')
    .option('--remove', 'trust it no longer: take it out of the members')
    .addOption(json())
    .action((domain: string, peerId: string | undefined, addresses: string[], options) =>
      trust(domain, peerId, addresses, options),
    );
  program
    .command('invite')
    .description('print what another domain has to type to trust this one')
    .addOption(config())
    .option('--address <multiaddr...>', 'where others reach this agent, if not where it listens')
    .addOption(json())
    .action(invite);
  program
    .command('agent')
    .description('run the agent of one domain')
    .requiredOption('--config <file>', 'its configuration')
    .option('--print-ready', 'print one line of JSON on standard output once it is ready')
    .action(async (options) => done(await runAgent(options)));
  program
    .command('demo')
    .description('three domains on this machine, real input, triggers on screen (npm start)')
    .option('--triggers <n>', 'end after so many triggers')
    .option('--seconds <n>', 'end after so many seconds')
    .action(async (options) => done(await runDemo(options)));
  program.command('demo-load', { hidden: true }).action(async () => done(await runDemoLoad()));
  program
    .command('peers')
    .description('domains of the membership list, and how the agent stands with them')
    .addOption(url())
    .addOption(json())
    .action(listPeers);
  program
    .command('sources')
    .description('monitoring clients and their health')
    .addOption(url())
    .addOption(json())
    .action(listSources);
  program
    .command('ledger')
    .description('what this domain disclosed to whom: fragments, columns, rows, bytes')
    .option('--consumer <domain>', 'to this domain only')
    .addOption(url())
    .addOption(json())
    .action(showLedger);
}

function addPolicyCommands(program: Command): void {
  const config = () => new Option('--config <file>', 'configuration of this agent').default('pqa.yaml');
  const policy = program.command('policy').description('what leaves this domain: rules in its configuration');
  policy
    .command('list')
    .description('all rules')
    .addOption(config())
    .addOption(json())
    .action((options) => listPolicies(options));
  policy
    .command('set')
    .description('put a rule in place of those of a metric; a running agent takes it within a second')
    .argument('<metric>', "a metric of this domain, or '*' for all without rules of their own")
    .option('--domains <name...>', "who may read: names, '*' for every member (default), none for nobody")
    .option('--columns <name...>', "columns that may leave: names, or '*' (default)")
    .option('--where <condition>', 'rows that may leave: an EPL condition')
    .option('--aggregate-only', 'only groups of tumbling windows leave')
    .option('--group-by <column...>', 'columns that may be group keys')
    .option('--filters <column...>', 'columns that filters may read')
    .option('--least-group <n>', 'smaller groups are suppressed (5)')
    .option('--least-window-ms <ms>', 'windows are whole multiples of it (60000)')
    .option('--max-rows-per-second <n>', 'rows for one reader; what is more waits')
    .option('--add', 'after the rules that there are, instead of in their place')
    .addOption(config())
    .addOption(json())
    .action((metric: string, options) => setPolicy(metric, options));
  policy
    .command('rm')
    .description('remove the rules of a metric')
    .argument('<metric>')
    .addOption(config())
    .addOption(json())
    .action((metric: string, options) => removePolicy(metric, options));
}

function addQueryCommands(program: Command): void {
  const query = program.command('query').description('register, inspect and remove continuous queries');
  query
    .command('add')
    .description('register a query; prints its id and the pubsub node on which its triggers appear')
    .argument('<epl>', 'the text, or @FILE')
    .option('--jid <jid>', 'bare JID that may subscribe to the node')
    .option('--subscriber <jid...>', 'further JIDs that may subscribe')
    .option('--on-silence <mode>', 'wait or continue when a domain falls silent')
    .option('--name <name>', 'a name for people')
    .addOption(url())
    .addOption(json())
    .action(addQuery);
  query
    .command('list')
    .description('the queries registered here')
    .addOption(url())
    .addOption(json())
    .action(listQueries);
  query
    .command('show')
    .description('one query: text, plan, coverage')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(url())
    .addOption(json())
    .action(showQuery);
  query
    .command('vars')
    .description('the variables of a query and their values')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(url())
    .addOption(json())
    .action(showVariables);
  query
    .command('set')
    .description('set a variable of a query')
    .argument('<id>', 'its id, or the beginning of it')
    .argument('<name>', 'the variable')
    .argument('[value]', 'its new value; JSON for arrays and maps')
    .option('--null', 'set it to null')
    .addOption(url())
    .addOption(json())
    .action(setVariable);
  query
    .command('run')
    .description('ask the named windows and tables of a query once')
    .argument('<id>', 'its id, or the beginning of it')
    .argument('<epl>', 'select, insert into, update or delete; @FILE reads it from a file')
    .addOption(url())
    .addOption(json())
    .action(runQuery);
  query
    .command('rm')
    .description('remove a query and its node')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(url())
    .addOption(json())
    .action(removeQuery);
  query
    .command('explain')
    .description('what would run where, and what would cross which border')
    .argument('<epl>', 'the text, or @FILE')
    .addOption(url())
    .addOption(json())
    .action(explainQuery);
  query
    .command('watch')
    .description('subscribe to the triggers of a query and print them')
    .argument('<id>', 'its id, or the beginning of it')
    .requiredOption('--jid <jid>', 'bare JID that is a member of the node')
    .addOption(new Option('--password <password>', 'its password').env('PQA_PASSWORD'))
    .option('--xmpp <uri>', 'server, such as xmpp://127.0.0.1:5222; asked of the agent when left out')
    .option('--triggers <n>', 'end after so many triggers')
    .addOption(url())
    .addOption(json())
    .action(watchQuery);
}

function addMetricCommands(program: Command): void {
  const metric = program.command('metric').description('the measurement registry');
  metric
    .command('add')
    .description("declare a metric; without properties it is the paper's: metricName, metricValue, timestamp")
    .argument('<name>', 'such as MemUtil')
    .argument('[properties...]', 'name:type[:unit], such as memutil:double:%')
    .option('--description <text>', 'what it measures')
    .option('--schema <epl>', 'in place of properties: create xml schema with its annotations, or @FILE')
    .addOption(url())
    .addOption(json())
    .action(addMetric);
  metric
    .command('list')
    .description('metrics of this domain, or of all')
    .option('--all', 'of the whole federation')
    .option('--match <text>', 'only those whose name or description holds this')
    .addOption(url())
    .addOption(json())
    .action(listMetrics);
  metric
    .command('rm')
    .description('remove a metric that nothing reads')
    .argument('<name>')
    .addOption(url())
    .addOption(json())
    .action(removeMetric);
  program
    .command('publish')
    .description('push measurements')
    .argument('<metric>', 'its name')
    .argument(
      '[events...]',
      'JSON objects, or XML documents for a metric with an xml schema; without any, lines from standard input',
    )
    .addOption(url())
    .addOption(json())
    .action(publishEvents);
}

function addReplay(program: Command, done: (code: number) => void): void {
  program
    .command('replay')
    .description('run scenario files and compare with what they expect')
    .argument('<path>', 'a scenario file or a folder of them')
    .option('--federate', 'one agent per domain over the virtual network')
    .option('--chaos', 'with delay, loss, duplication and reordering')
    .option('--seed <n>', 'of the faults', '1')
    .option('--rules <names>', 'rewrites to use with --federate, wherever they are safe: all, none, or names')
    .option('--out <dir>', 'write the outputs of each scenario there')
    .addOption(json())
    .action(async (path: string, options) => done(await runReplay(path, options)));
}
