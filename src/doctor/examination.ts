/** Examines the database in order, one section after the other, until one shows that the rest cannot be looked at. */
import { loadContract } from '../contract/contract.js';
import { createResponseChecker } from '../contract/response-checker.js';
import type { PasswordStage } from '../contract/types.js';
import { type CheckedNeed, type Inspection, inspectDatabase, isUsable } from '../data/catalog.js';
import { adviseOnConnection } from '../data/connection-advice.js';
import { placeOf, type Target, targetOf } from '../data/connection-url.js';
import { DatabaseError } from '../data/errors.js';
import { describeRelease } from '../data/releases/releases.js';
import { adviseOnRole, describeExcess, findServer, findStageIds } from '../data/server.js';
import type { Store } from '../data/store.js';

/** A `problem` keeps the service from serving; a `warning` does not, but deserves a look. */
export type Level = 'ok' | 'warning' | 'problem';
export interface Finding {
  readonly level: Level;
  readonly text: string;
}
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const ok = (text: string): Finding => ({ level: 'ok', text });
export const warning = (text: string): Finding => ({ level: 'warning', text });
export const problem = (text: string): Finding => ({ level: 'problem', text });

export async function* examine(
  { database, monitor, stages }: Store,
  { url, schema }: { readonly url: string; readonly schema: string },
): AsyncGenerator<Section> {
  let title = 'Connection';
  try {
    yield { title, findings: await examineConnection(database, targetOf(url)) };
    title = 'Tables';
    const inspection = await inspectDatabase(database, schema);
    yield { title, findings: describeTables(inspection, schema) };
    if (inspection.problems.length > 0) return;
    title = 'Role';
    const found = await monitor.get();
    const { role } = await findServer(database);
    const excess = await describeExcess(database, found);
    yield { title, findings: describeRole(role, excess, adviseOnRole(found), inspection) };
    title = 'Password stages';
    const { count, ids } = await findStageIds(database, found, MAX_STAGES);
    const read = await Promise.allSettled(ids.map((id) => stages.find(id)));
    yield { title, findings: describeStages(count, ids, read) };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    yield { title, findings: [problem((await adviseOnConnection(error, url)).text)] };
  }
}

async function examineConnection(database: Store['database'], target: Target): Promise<Finding[]> {
  // The first query opens the connection, which takes time of its own.
  const { version, database: name, role, isStandby } = await findServer(database);
  const { leadMs } = await findServer(database);
  return [
    ok(`PostgreSQL ${version} at ${placeOf(target)}, database "${name}", role "${role}"`),
    ok(
      isStandby
        ? 'A hot standby: what authentik changes is seen as soon as it is replicated'
        : 'A primary, not a hot standby',
    ),
    describeTls(target),
    describeClock(leadMs),
  ];
}

function describeTls({ usesTls, isLocal }: Target): Finding {
  if (usesTls) return ok('Encrypted with TLS');
  if (isLocal) return ok('Not encrypted, and on this machine only');
  return warning(
    'Not encrypted: tokens travel over the network in clear text. Add sslmode=verify-full to DATABASE_URL.',
  );
}

const MAX_LEAD_MS = 1000;

function describeClock(leadMs: number): Finding {
  const difference = `${Math.abs(leadMs)} ms ${leadMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(leadMs) <= MAX_LEAD_MS) return ok(`The server's clock is ${difference}`);
  return warning(
    `The server's clock is ${difference}: tokens expire by the clock of this machine, as they do in authentik by that of its own. Synchronise all of them (NTP).`,
  );
}

function describeTables(inspection: Inspection, schema: string): Finding[] {
  const { release, needs, problems, warnings, readsTokensBy } = inspection;
  const tables = new Map<string, CheckedNeed[]>();
  for (const need of needs) tables.set(need.table, [...(tables.get(need.table) ?? []), need]);
  return [
    ...(release ? [ok(`The schema "${schema}" holds the tables of authentik ${describeRelease(release)}`)] : []),
    ...[...tables].map(([table, columns]) => describeTable(table, columns, readsTokensBy)),
    ...warnings.map(warning),
    ...problems.map(problem),
  ];
}

function describeTable(
  table: string,
  needs: readonly CheckedNeed[],
  readsTokensBy: Inspection['readsTokensBy'],
): Finding {
  const isByFunction = readsTokensBy === 'function' && needs[0]?.reads === 'credentials';
  const states = needs.map((need) => {
    const { column, type, found } = need;
    if (!found) return `${column} (missing)`;
    if (!isUsable(need)) return `${column} (${found.type} instead of ${type})`;
    return found.isReadable || isByFunction ? column : `${column} (SELECT not granted)`;
  });
  const text = `${table}: ${states.join(', ')}${isByFunction ? ', by the function only' : ''}`;
  return states.some((state) => state.includes(' (')) ? problem(text) : ok(text);
}

function describeRole(
  role: string,
  excess: readonly string[],
  advice: string,
  { readsTokensBy }: Inspection,
): Finding[] {
  const way =
    readsTokensBy === 'function'
      ? ok('Tokens are looked up by the function of the role file')
      : warning('Tokens are read from their tables: whoever has this password has every token');
  if (excess.length === 0) {
    return [way, ok(`"${role}" may read what is needed, and nothing else`)];
  }
  return [way, ...excess.map((text) => warning(`"${role}" ${text}`)), warning(advice)];
}

/** More would take long, and hardly tell more. */
const MAX_STAGES = 500;

function describeStages(
  count: number,
  ids: readonly string[],
  read: readonly PromiseSettledResult<PasswordStage | undefined>[],
): Finding[] {
  const check = createResponseChecker(loadContract());
  const headers = new Headers({ 'content-type': 'application/json' });
  const faults = read.flatMap((result, index) => {
    if (result.status === 'rejected') return [`The stage ${ids[index]} cannot be read: ${result.reason}`];
    if (!result.value) return [];
    const wire = { status: 200, headers, text: JSON.stringify(result.value) };
    // Only the body is at hand; its headers are the server's affair.
    const problems = check('stages_password_retrieve', wire).filter((fault) => !fault.startsWith('the header'));
    return problems.length > 0
      ? [`The stage "${result.value.name}" (${ids[index]}) gets 500: ${problems.join('; ')}`]
      : [];
  });
  const scope = count > ids.length ? `the first ${ids.length} of ` : '';
  return [
    count === 0 ? warning('There is no password stage') : ok(`Password stages: ${count}`),
    ...faults.map(warning),
    ...(count > 0 && faults.length === 0 ? [ok(`The contract can express ${scope}them`)] : []),
  ];
}
