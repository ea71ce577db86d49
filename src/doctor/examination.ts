/** Examines the database in order, one section after the other, until one shows that the rest cannot be looked at. */
import { ROLE_FILES } from '../../generated/tables.js';
import { loadContract } from '../contract/contract.js';
import { createResponseChecker } from '../contract/response-checker.js';
import { adviseOnConnection } from '../data/connection-advice.js';
import { targetOf } from '../data/connection-url.js';
import { READER_ROLE } from '../data/credentials.js';
import { DatabaseError } from '../data/errors.js';
import { byTable, type Inspection, inspectDatabase } from '../data/inspection.js';
import type { Schema } from '../data/releases/monitor.js';
import { describeRelease } from '../data/releases/releases.js';
import { describeExcess, findServer } from '../data/server.js';
import type { Store } from '../data/store.js';

/** FAIL keeps the service from serving; WARN does not, but deserves a look. A title begins a section. */
export type Line = readonly ['title' | 'ok' | 'WARN' | 'FAIL', string];

export async function* examine(store: Store, url: string, schema: string): AsyncGenerator<Line, undefined> {
  try {
    yield ['title', 'Connection'];
    yield* examineConnection(store, url);
    yield ['title', 'Tables'];
    const inspection = await inspectDatabase(store.database, schema);
    yield* describeTables(inspection);
    if (inspection.problems.length > 0) return;
    yield ['title', 'Role'];
    yield* examineRole(store, await store.monitor.get());
    yield ['title', 'Password stages'];
    yield* examineStages(store);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    yield ['FAIL', (await adviseOnConnection(error, url)).text];
  }
}

const MAX_LEAD_MS = 1000;

async function* examineConnection({ database }: Store, url: string): AsyncGenerator<Line> {
  // The first query opens the connection, which takes time of its own.
  await findServer(database);
  const { version, database: name, role, isStandby, leadMs } = await findServer(database);
  const { place, usesTls, isLocal } = targetOf(url);
  yield ['ok', `PostgreSQL ${version} at ${place}, database "${name}", role "${role}"`];
  if (isStandby) yield ['ok', 'A hot standby: what authentik changes is seen as soon as it is replicated'];
  else yield ['ok', 'A primary, not a hot standby'];

  const remedy = 'Add sslmode=verify-full to DATABASE_URL.';
  if (usesTls) yield ['ok', 'Encrypted with TLS'];
  else if (isLocal) yield ['ok', 'Not encrypted, and on this machine only'];
  else yield ['WARN', `Not encrypted: tokens travel over the network in clear text. ${remedy}`];

  const clock = `The server's clock is ${Math.abs(leadMs)} ms ${leadMs < 0 ? 'behind' : 'ahead of'} ours`;
  const rule = 'tokens expire by the clock of this machine, as they do in authentik by that of its own';
  if (Math.abs(leadMs) <= MAX_LEAD_MS) yield ['ok', clock];
  else yield ['WARN', `${clock}: ${rule}. Synchronise all of them (NTP).`];
}

function* describeTables({ release, schema, needs, warnings, problems }: Inspection): Generator<Line> {
  if (release) yield ['ok', `The schema "${schema}" holds the tables of authentik ${describeRelease(release)}`];
  for (const [table, columns] of byTable(needs)) {
    const states = columns.map(({ column, fault }) => (fault ? `${column} (${fault})` : column)).join(', ');
    const way = columns[0]?.isByFunction ? ', by the function only' : '';
    yield [columns.some(({ fault }) => fault) ? 'FAIL' : 'ok', `${table}: ${states}${way}`];
  }
  for (const text of warnings) yield ['WARN', text];
  for (const text of problems) yield ['FAIL', text];
}

async function* examineRole({ database }: Store, schema: Schema): AsyncGenerator<Line> {
  if (schema.readsTokensBy === 'function') yield ['ok', 'Tokens are looked up by the function of the role file'];
  else yield ['WARN', 'Tokens are read from their tables: whoever has this password has every token'];
  const { role } = await findServer(database);
  const excess = await describeExcess(database, schema);
  for (const text of excess) yield ['WARN', `"${role}" ${text}`];
  if (excess.length === 0) yield ['ok', `"${role}" may read what is needed, and nothing else`];
  else yield ['WARN', `Run ${ROLE_FILES[schema.release.since]}, and connect as ${READER_ROLE}.`];
}

/** More would take long, and hardly tell more. */
const MAX_STAGES = 500;

async function* examineStages({ database, stages }: Store): AsyncGenerator<Line> {
  const count = await database.query(({ passwordStage }) => passwordStage.count());
  if (count === 0) return yield ['WARN', 'There is no password stage'];
  yield ['ok', `Password stages: ${count}`];
  const rows = await database.query(({ passwordStage }) =>
    passwordStage.findMany({ select: { id: true }, orderBy: { id: 'asc' }, take: MAX_STAGES }),
  );
  const check = createResponseChecker(loadContract());
  const headers = new Headers({ 'content-type': 'application/json' });
  const faults = await Promise.all(
    rows.map(async ({ id }) => {
      try {
        const stage = await stages.find(id);
        const response = { status: 200, headers, text: JSON.stringify(stage ?? null) };
        // Only the body is at hand; its headers are the server's affair.
        const problems = check('stages_password_retrieve', response).filter((text) => !text.startsWith('the header'));
        const isFaulty = stage && problems.length > 0;
        return isFaulty ? `The stage "${stage.name}" (${id}) gets 500: ${problems.join('; ')}` : undefined;
      } catch (error) {
        return `The stage ${id} cannot be read: ${error}`;
      }
    }),
  );
  for (const text of faults) if (text) yield ['WARN', text];
  const scope = count > rows.length ? `the first ${rows.length} of ` : '';
  if (!faults.some(Boolean)) yield ['ok', `The contract can express ${scope}them`];
}
