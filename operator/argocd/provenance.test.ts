import { describe, expect, it } from 'vitest';
import { formatProvenance, isMadeFrom, provenanceOf, readProvenance, shortHash } from './provenance.ts';

const provenance = provenanceOf({ uid: '12345678-aaaa', generation: 7 }, shortHash('the fence'));

describe('provenance', () => {
  it('survives the way through a value, also one that somebody has reformatted', () => {
    expect(readProvenance(`- description: ${formatProvenance(provenance)}\n  when: true`)).toEqual(
      provenance,
    );
  });

  it('tells which template of another namespace a value was made from', () => {
    const shared = provenanceOf({ uid: '12345678-aaaa', generation: 7 }, provenance.hash, 'platform/release');
    const value = JSON.stringify({ managedBy: formatProvenance(shared), webhook: {} });
    expect(readProvenance(value)).toEqual(shared);
    expect(readProvenance(value.replace(' from ', ' \n from '))).toEqual(provenance);
  });

  it('tells a CR from one that was made again under its name', () => {
    const of = (uid: string) => ({ metadata: { uid } });
    expect(isMadeFrom(provenance, of('12345678-aaaa'))).toBe(true);
    expect(isMadeFrom(provenance, of('12345679-aaaa'))).toBe(false);
    expect(isMadeFrom(provenance, of('1234567'))).toBe(false);
  });

  it('is absent from what others write', () => {
    expect(readProvenance('{"url":"https://example.com","managedBy":"argocd-dingtalk"}')).toBeUndefined();
  });

  it('tells one fence from another', () => {
    const other = provenanceOf({ uid: '12345678-aaaa', generation: 7 }, shortHash('another fence'));
    expect(other.hash).not.toBe(provenance.hash);
  });
});
