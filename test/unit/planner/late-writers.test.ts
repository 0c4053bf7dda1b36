/** A module that joins a running query and writes into what the query reads. */
import { describe, expect, it } from 'vitest';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { refuseLateWriters } from '../../../src/planner/late-writers.ts';
import { FEDERATION, plan } from './support.ts';

const INSERT = "insert into Mem select host, load as util, 1L as used, 'x' as domain from Cpu";
const UPDATE = 'update istream Mem set util = 1.0';

function join(running: string, late: string): () => void {
  const module = analyzeModule(parseModule(late), new LayeredCatalog(FEDERATION));
  return () => refuseLateWriters(module, plan(running), FEDERATION);
}

describe('late writers', () => {
  it.each([
    ['a stream', 'select host from Mem', INSERT],
    ['a pattern', 'select m.host as h from pattern [every m=Mem]', INSERT],
    ['an update', 'select host from Mem', UPDATE],
    ["one domain's stream, which an update reaches", 'select host from renci.Mem#length(2)', UPDATE],
    ["the union above one domain's", 'select host from Mem', UPDATE.replace('Mem', 'renci.Mem')],
  ])('refused: %s', (_, running, late) => {
    expect(join(running, late)).toThrow(/the query reads stream .*Mem already: a later module cannot/);
  });

  it.each([
    ['another stream is read', 'select load from Cpu', INSERT],
    ["one domain's stream, which what is inserted into the union is no event of", 'select host from renci.Mem', INSERT],
    ['the stream is there whole', `${INSERT}; select host from Mem#length(2)`, UPDATE],
    ['nothing is written', 'select host from Mem', 'select host from Mem'],
  ])('admitted: %s', (_, running, late) => {
    expect(join(running, late)).not.toThrow();
  });
});
