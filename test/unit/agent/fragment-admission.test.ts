import { describe, expect, it } from 'vitest';
import { admitFragment } from '../../../src/agent/fragment-admission.ts';
import { typesOfMetric } from '../../../src/agent/federated-catalog.ts';
import { catalogOf } from '../../../src/epl/catalog.ts';
import type { PrepareFragment } from '../../../src/model/control.ts';
import { INT, LONG } from '../../../src/model/value.ts';
import { codeOf, HOST, prepareOf, UTIL } from './support.ts';

const CATALOG = catalogOf(typesOfMetric('renci', 'Mem', [HOST, UTIL]));

function admit(epl: string, kind: PrepareFragment['fragmentKind'] = 'stream', columns = [HOST]): unknown {
  return admitFragment(prepareOf('client', { epl, fragmentKind: kind, columns }), CATALOG);
}

describe('admission of fragments', () => {
  it.each<readonly [PrepareFragment['fragmentKind'], string]>([
    ['stream', 'select host from renci.Mem'],
    ['stream', 'select host from Mem(util > 5) as m'],
    ['view', 'select irstream host from renci.Mem#length(2) where util > 3'],
    ['result', 'select host from renci.Mem#time(3 sec) group by host having count(*) > 1 output last every 1 sec'],
    ['result', 'select m.host as host from renci.Mem#length(1) as m, Mem#length(1) as n where m.host = n.host'],
  ])('takes a %s: %s', (kind, epl) => {
    expect(codeOf(() => admit(epl, kind))).toBe('none');
  });

  it.each([
    ['no select', 'create variable int x = 1', 'FRAGMENT_REFUSED'],
    ['two statements', 'select host from Mem; select host from Mem', 'FRAGMENT_REFUSED'],
    ['insert into', 'insert into X select host from Mem', 'FRAGMENT_REFUSED'],
    ['a data window', 'select host from Mem#length(2)', 'FRAGMENT_REFUSED'],
    ['an aggregate', 'select host, count(*) as c from Mem', 'FRAGMENT_REFUSED'],
    ['two streams', 'select m.host as host from Mem#length(1) as m, Mem#length(1) as n', 'FRAGMENT_REFUSED'],
    ['distinct', 'select distinct host from Mem', 'FRAGMENT_REFUSED'],
    ['order by', 'select host from Mem order by host', 'FRAGMENT_REFUSED'],
    ['an output clause', 'select host from Mem output every 2 events', 'FRAGMENT_REFUSED'],
    ['limit', 'select host from Mem limit 2', 'FRAGMENT_REFUSED'],
    ['more columns than expected', 'select host, util from Mem', 'FRAGMENT_REFUSED'],
    ['what is no EPL', 'select from from', 'SYNTAX'],
    ['an unknown stream', 'select host from Disk', 'UNKNOWN_STREAM'],
    ['an unknown property', 'select hots as host from Mem', 'UNKNOWN_PROPERTY'],
    ['another column', 'select util from Mem', 'SCHEMA_CONFLICT'],
  ])('refuses as a stream %s', (_, epl, code) => {
    expect(codeOf(() => admit(epl))).toBe(code);
  });

  it('a view says irstream', () => {
    expect(codeOf(() => admit('select host from Mem#length(2)', 'view'))).toBe('FRAGMENT_REFUSED');
    expect(codeOf(() => admit('select rstream host from Mem#length(2)', 'view'))).toBe('FRAGMENT_REFUSED');
  });

  // DESIGN §5, rule "share": whether a later consumer may be served by what runs already.
  it.each([
    ['select host from Mem(util > 5)', 'stream', true],
    ['select prior(1, host) as host from Mem', 'stream', false],
    ...[
      'time(3 sec)',
      'length(2)',
      'keepall',
      'lastevent',
      'unique(host)',
      'timetolive(0L)',
      'time_order(1L, 3 sec)',
    ].map((w) => [`select irstream host from Mem#${w}`, 'view', true] as const),
    ...['firstlength(2)', 'sort(2, util)', 'length_batch(2)', 'time_batch(3 sec)', 'firstunique(host)'].map(
      (w) => [`select irstream host from Mem#${w}`, 'view', false] as const,
    ),
    ['select irstream prev(1, host) as host from Mem#length(3)', 'view', false],
    ['select host from Mem#length(2)', 'result', false],
  ] as const)('%s (%s): shared %s', (epl, kind, shareable) => {
    expect(admit(epl, kind)).toMatchObject({ shareable });
  });

  it('a silent fragment watches columns that it selects, and sends the rows of its window to one consumer', () => {
    const text = '@Silent select irstream host, util from Mem#time(3 sec) group by host having avg(util) > 5';
    const admitted = admitFragment(
      prepareOf('client', { epl: text, fragmentKind: 'stream', columns: [HOST, UTIL] }),
      CATALOG,
    );
    expect(admitted.silent).toEqual({
      atoms: [{ aggregate: 'avg', column: 1, op: '>', value: 5, wraps: false }],
      groupBy: [0],
    });
    expect(admitted).toMatchObject({ shareable: false, canonical: text });
    expect(admitted.statement.having).toBeNull();
    // What is not selected, and so not seen by the policy, is not told through levels either.
    expect(codeOf(() => admit(text.replace('host, util', 'host')))).toBe('FRAGMENT_REFUSED');
    expect(codeOf(() => admit(text.replace('avg(util) > 5', 'avg(util) = 5')))).toBe('FRAGMENT_REFUSED');
    expect(codeOf(() => admit(text, 'view'))).not.toBe('none');
  });

  it("a view of several streams joins them inner, and is nobody else's", () => {
    const join = (kind: string): string =>
      `select irstream m.host as host from renci.Mem#length(1) as m ${kind} join Mem#length(1) as n on m.host = n.host`;
    expect(admit(join('inner'), 'view')).toMatchObject({ joined: true, shareable: false });
    expect(admit('select irstream host from renci.Mem#length(2)', 'view')).toMatchObject({ joined: false });
    expect(codeOf(() => admit(join('left outer'), 'view'))).toBe('FRAGMENT_REFUSED');
    expect(codeOf(() => admit(`${join('inner')} where exists (select * from Mem#lastevent)`, 'view'))).toBe(
      'FRAGMENT_REFUSED',
    );
  });

  it('a column of another type is a conflict that names both', () => {
    const columns = [{ name: 'util', type: LONG }];
    const refused = () => admit('select util from Mem', 'stream', columns);
    expect(refused).toThrowError(
      expect.objectContaining({
        code: 'SCHEMA_CONFLICT',
        message: 'column 1 is expected as util of type long, here it is util of type double',
      }),
    );
  });

  it('fewer columns than expected are a conflict', () => {
    const columns = [HOST, { name: 'n', type: INT }];
    expect(codeOf(() => admit('select host from Mem', 'stream', columns))).toBe('SCHEMA_CONFLICT');
  });

  it.each<readonly [PrepareFragment['fragmentKind'], string, boolean]>([
    ['stream', 'select host from Mem(util > 1)', true],
    ['view', 'select irstream host from Mem#length(2) where util > 1', true],
    ['view', 'select irstream host from Mem#unique(host) where util > 1', true],
    ['view', 'select irstream host from Mem#sort(2, util) where util > 1', false],
    ['view', 'select irstream host from Mem#firstlength(2) where util > 1', false],
    ['view', 'select irstream host from Mem#length_batch(2) where util > 1', false],
    ['result', 'select host from Mem', false],
  ])('%s %s: shareable %s', (fragmentKind, epl, shareable) => {
    expect(admitFragment(prepareOf('c', { epl, fragmentKind }), CATALOG).shareable).toBe(shareable);
  });

  it('the canonical text does not depend on how it was written', () => {
    const one = admitFragment(prepareOf('c', { epl: 'select host from Mem(util>5)' }), CATALOG);
    const two = admitFragment(prepareOf('c', { epl: 'SELECT host\n FROM Mem( util > 5 )' }), CATALOG);
    expect(one.canonical).toBe(two.canonical);
  });
});
