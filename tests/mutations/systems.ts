/** What each system holds by itself: who reaches it, and which rows there are for whom. */
import type { Mutation } from './mutations.ts';

export const systemMutations: readonly Mutation[] = [
  {
    title: 'a system answers whoever reaches it',
    file: 'schema/principal.ts',
    step: "if (!token) throw new HubError('PRINCIPAL_REFUSED');",
    instead:
      'if (!token) return { principal: anonymous, id: randomUUID(), issuedAtMs: Date.now(), expiresAtMs: 9e15, acceptedUntilMs: 9e15 };',
    tests: ['tests/federation/hops'],
  },
  {
    title: 'names of protected persons are found by guessing',
    file: 'subgraphs/rms/rules.ts',
    step: 'juvenile} AND $',
    instead: 'juvenile} OR TRUE OR $',
    tests: ['tests/contract/rms-access'],
  },
  {
    title: 'a juvenile is named',
    file: 'subgraphs/rms/rules.ts',
    step: "if (juvenile && !may(principal, 'rms:juvenile'))",
    instead: 'if (juvenile && !principal)',
    tests: ['tests/contract/rms-access'],
  },
  {
    title: 'a protected victim is named',
    file: 'subgraphs/rms/rules.ts',
    step: "if (victimProtected && !may(principal, 'rms:victim-identity'))",
    instead: 'if (victimProtected && !principal)',
    tests: ['tests/contract/rms-access'],
  },
  {
    title: 'who called tells whom the call protects',
    file: 'subgraphs/cad/rules.ts',
    step: 'if (policy && !grants.includes(policy))',
    instead: 'if (policy && !grants)',
    tests: ['tests/contract/cad-protected'],
  },
  {
    title: "another agency's calls are listed",
    file: 'subgraphs/cad/rows.ts',
    step: '}::text OR $',
    instead: '}::text OR TRUE OR $',
    tests: ['tests/contract/cad'],
  },
  {
    title: 'sealed units are tracked',
    file: 'subgraphs/avl/source.ts',
    step: 'handling: { in: shownTo(principal) },',
    instead: '',
    tests: ['tests/contract/avl-past'],
  },
  {
    title: 'the index of cameras knows no owner',
    file: 'subgraphs/cameras/rules.ts',
    step: '(shared || ownerOri === principal.ori) && ',
    instead: '',
    tests: ['tests/contract/cameras'],
  },
  {
    title: 'cameras of other agencies are listed',
    file: 'subgraphs/cameras/source.ts',
    step: '.shared OR $',
    instead: '.shared OR TRUE OR $',
    tests: ['tests/contract/cameras'],
  },
  {
    title: 'the record is open without the grant',
    file: 'subgraphs/hub/trail.ts',
    step: "grants.includes('hub:audit')}::boolean AND (",
    instead: "grants.includes('hub:audit')}::boolean IS NOT NULL AND (",
    tests: ['tests/contract/hub-audit'],
  },
  {
    title: "a saved search is anybody's",
    file: 'subgraphs/hub/searches.ts',
    step: "'owner = $1 AND owner_ori = $2'",
    instead: "'(owner = $1 OR true) AND (owner_ori = $2 OR true)'",
    tests: ['tests/contract/hub-workspace'],
  },
  {
    title: 'a checkpoint that nobody signed counts',
    file: 'deploy/verifier/note.ts',
    step: 'one.id === id && verify(null, Buffer.from(note.text), publicKey, one.bytes),',
    instead: 'one.id === id && verify !== undefined && publicKey !== undefined,',
    tests: ['tests/federation/auditattacks'],
  },
  {
    title: 'a key signs for a time at which it was not valid',
    file: 'deploy/verifier/note.ts',
    step: '(!from || from <= note.time) && (!until || note.time < until)',
    instead: '(from !== until || true)',
    tests: ['tests/federation/auditattacks'],
  },
  {
    title: 'a witness need not have signed',
    file: 'deploy/verifier/note.ts',
    step: 'return verify(null, signed, publicKey, bytes.subarray(8));',
    instead: 'return signed !== undefined && publicKey !== undefined;',
    tests: ['tests/federation/auditattacks'],
  },
];
