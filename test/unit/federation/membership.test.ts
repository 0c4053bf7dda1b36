/** Names of topics, and what a list of members may say. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateIdentity, isPeerId } from '../../../src/federation/identity.ts';
import { dialAddresses, Membership, type Member } from '../../../src/federation/membership.ts';
import { parseTopic, stringifyTopic } from '../../../src/federation/topic.ts';

describe('topics', () => {
  test('round trip of any fragment id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => parseTopic(stringifyTopic(id)) === id),
    );
  });

  test.each(['', 'pqa/1/f/', 'pqa/2/f/x', 'f/x'])('%s is no topic of a fragment', (topic) => {
    expect(parseTopic(topic)).toBe(null);
  });
});

describe('membership', () => {
  let own = '';
  let other = '';
  let third = '';

  beforeAll(async () => {
    [own, other, third] = (await Promise.all([0, 1, 2].map(async () => (await generateIdentity()).peerId))) as [
      string,
      string,
      string,
    ];
  });

  const member = (domain: string, peerId: string, addresses: readonly string[] = []): Member => ({
    domain,
    peerId,
    addresses,
  });

  test('members by domain and by key; this domain itself is left out', () => {
    const m = new Membership('renci', own, [
      member('renci', own),
      member('esnet', other),
      member('net.example.org', third),
    ]);
    expect(m.domains()).toEqual(['esnet', 'net.example.org']);
    expect([m.domainOf(other), m.domainOf(own), m.member('esnet')?.peerId]).toEqual(['esnet', undefined, other]);
  });

  test('addresses end with the PeerId, whether it was written or not', () => {
    const address = '/dns4/pqa.example.org/tcp/4001';
    for (const written of [address, `${address}/p2p/${other}`]) {
      expect(dialAddresses(member('esnet', other, [written])).map(String)).toEqual([`${address}/p2p/${other}`]);
    }
  });

  test('what contradicts itself is CONFIG_INVALID and names the member', () => {
    const wrong: (readonly Member[])[] = [
      [member('esnet', other), member('esnet', third)],
      [member('esnet', other), member('cern', other)],
      [member('renci', other)],
      [member('esnet', own)],
      [member('esnet', 'mallory')],
      [member('esnet', other, ['esnet.example.org:4001'])],
      [member('esnet', other, [`/ip4/192.0.2.1/tcp/4001/p2p/${third}`])],
    ];
    for (const members of wrong) {
      expect(() => new Membership('renci', own, members)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/esnet|cern|renci/) }),
      );
    }
  });

  test('isPeerId', () => {
    expect([isPeerId(own), isPeerId(''), isPeerId('12D3KooW'), isPeerId(`${own} `)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
