/** The hub with its law switched on: the starter policies with labels of the benchmark's own, a caller's token, and the audit as a deployment has it. */
import { appendFileSync, cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutAudit } from '../../../gateway/audit/audit.ts';
import { readConfig } from '../../../gateway/config.ts';
import { startGateway } from '../../../gateway/index.ts';
import { openDatabase } from '../../../subgraphs/kit/database.ts';
import { startIssuer } from '../../federation/issuer.ts';
import { signedAudit } from '../audit/settings.ts';

export interface Lawful {
  address: string;
  headers: Record<string, string>;
}

/** `audited`: false leaves the record out, so that its share can be told from that of access. */
export const startLawful = async (supergraph: string, databaseUrl: string, audited: boolean): Promise<Lawful> => {
  const issuer = await startIssuer();
  const env = {
    ...{ PORT: '0', HOST: '127.0.0.1', OIDC_ISSUER: issuer.url, HUB_POLICIES: policies() },
    ...{ HUB_LIMIT_COST: '1000000000', HUB_LIMIT_RATE: '1000000000' },
  };
  const database = await openDatabase(databaseUrl);
  const gateway = await startGateway({ ...readConfig(env), supergraph }, { database, audit: audited ? signedAudit() : {} });
  if (!audited) gateway.hub.audit = withoutAudit;
  const token = await issuer.token(['detective'], { sub: 'officer-7', exp: Math.floor(Date.now() / 1000) + 86_400 });
  return { address: `${gateway.url}/graphql`, headers: { authorization: `Bearer ${token}` } };
};

const labels = ['bench:user', 'bench:product', 'bench:price', 'bench:review'];

const policies = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-bench-policies-'));
  cpSync(fileURLToPath(new URL('../../../deploy/policies/', import.meta.url)), folder, { recursive: true });
  const applies = 'appliesTo { principal: [Person, Service], resource: [Hub], context: Statement }';
  appendFileSync(
    join(folder, 'schema.cedarschema'),
    `\naction ${labels.map((label) => `"${label}"`).join(', ')} in ["cji"]\n  ${applies};\n`,
  );
  const actions = labels.map((label) => `Action::"${label}"`).join(', ');
  writeFileSync(
    join(folder, 'bench.cedar'),
    `@id("bench-roles")\n@reason("the role detective")\npermit (principal, action in [${actions}], resource)\nwhen { principal.roles.contains("detective") };\n`,
  );
  return folder;
};
