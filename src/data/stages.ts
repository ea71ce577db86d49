/** Reads password stages: single ones, which share queries, and pages of a list. */
import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import { passwordStages, SELECT } from '../../generated/stage-sql.js';
import type { PasswordStage } from '../contract/types.js';
import type { Principal } from '../domain/access.js';
import { OperationError } from '../domain/errors.js';
import type { FlowImageRules } from '../domain/flow-image.js';
import { type PasswordStageRow, toPasswordStage } from '../domain/password-stage.js';
import { assertPageSize, parseOrdering, parseSearch, type StageListRequest, stripped } from '../domain/stage-list.js';
import { type BatchLimits, createBatcher } from './batcher.js';
import type { Database } from './database.js';
import { DatabaseError } from './errors.js';
import type { Schema, SchemaMonitor } from './releases/monitor.js';
import type { Release } from './releases/releases.js';

export type StageRepository = ReturnType<typeof createStageRepository>;

export function createStageRepository(database: Database, monitor: SchemaMonitor, limits: BatchLimits) {
  /** As `findMany`, by a statement generated from its `select`: Prisma's own way takes longer than PostgreSQL does. */
  async function read({ tables, release, image }: Schema, ids: readonly string[]) {
    const found = await database.select({ text: passwordStages(tables, release), values: [ids] });
    // The statement is generated from the `select` below, which the compiler checks against the type.
    const rows = (found as readonly { readonly row: PasswordStageRow }[]).map(({ row }) => row);
    return inOrder(ids, rows, image);
  }

  const batcher = createBatcher<PasswordStage | undefined>('stages', limits, (ids) =>
    monitor.use((schema) => read(schema, ids)),
  );

  /** By `findMany` itself: lists are rare. */
  async function readPage({ release, image }: Schema, ids: readonly string[]) {
    const rows = await database.query(({ passwordStage }) =>
      passwordStage.findMany({
        where: { id: { in: paddedToPowerOfTwo(ids) } },
        relationLoadStrategy: 'join',
        select: { ...SELECT, allowShowPassword: release.hasAllowShowPassword },
      }),
    );
    return inOrder(ids, rows, image);
  }

  return {
    /** The stage with this UUID (in lower case), whoever asks; undefined when it does not exist. */
    find: (stageUuid: string) => batcher.load(stageUuid),
    /** The page of the stages that the principal may see. Rejects with `invalid` for what the release does not know. */
    list: (request: StageListRequest, principal: Principal) =>
      monitor.use(async (schema) => {
        const { ids, ...page } = await findKeys(database, schema, request, principal);
        const stages = ids.length > 0 ? await readPage(schema, ids) : [];
        return {
          // One that was deleted since its key was found is left out.
          stages: stages.filter((stage) => stage !== undefined),
          ...page,
          /** Whether the release's lists have the field `autocomplete`. */
          hasAutocomplete: schema.release.hasAutocomplete,
        };
      }),
    /** Stages that wait for a query. */
    get waiting(): number {
      return batcher.waiting;
    },
  };
}

/** With undefined for stages that do not exist. */
function inOrder(ids: readonly string[], rows: readonly PasswordStageRow[], image: FlowImageRules) {
  const stages = new Map(rows.map((row) => [row.id, toPasswordStage(row, image)]));
  return ids.map((id) => stages.get(id));
}

/** Each length of the list is a statement of its own, which every connection keeps prepared: few lengths, few statements. */
function paddedToPowerOfTwo(ids: readonly string[]): string[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] as string);
}

/** `count` is of all pages. */
const KeysRows = z.tuple([
  z.object({ count: z.number(), pageSize: z.number(), knowsFlow: z.boolean(), ids: z.array(z.string()) }),
]);

async function findKeys(database: Database, schema: Schema, request: StageListRequest, principal: Principal) {
  const { hasAllowShowPassword, hasTenantPageSizes } = schema.release;
  if (request.allow_show_password !== undefined && !hasAllowShowPassword) {
    throw new OperationError(
      'invalid',
      'Query parameter "allow_show_password" needs authentik 2024.8 or later. Leave it out.',
    );
  }
  if (!hasTenantPageSizes) assertPageSize(request.page_size);
  const statement = keysStatement(schema, request, principal);
  try {
    // Its text varies, and its best plan depends on its values.
    const rows = await database.select(statement, false);
    const [{ knowsFlow, ...keys }] = KeysRows.parse(rows);
    if (knowsFlow) return keys;
  } catch (error) {
    // A text that the database's encoding cannot hold is in no name.
    if (error instanceof DatabaseError && error.isInputFault) return { ids: [], count: 0, pageSize: 1 };
    throw error;
  }
  throw new OperationError('invalid', 'Query parameter "configure_flow" names no flow.');
}

/** Without a last word on equal stages, one could be on two pages and another on none. */
function keysStatement(schema: Schema, request: StageListRequest, principal: Principal): Prisma.Sql {
  const { tables: t, release } = schema;
  const { configure_flow: configureFlow, page, ordering = '' } = request;
  const fields = Object.keys(COLUMN).filter((name) => release.hasAllowShowPassword || name !== 'allow_show_password');
  const orderBy = parseOrdering(ordering, fields).map(({ field, isDescending }) => {
    const nulls = isDescending === release.ordersNullsFirst ? 'LAST' : 'FIRST';
    return `${COLUMN[field]} ${isDescending ? 'DESC' : 'ASC'} NULLS ${nulls}`;
  });
  const matching = Prisma.sql`${t.authentik_stages_password_passwordstage} p
      JOIN ${t.authentik_flows_stage} s ON s.stage_uuid = p.stage_ptr_id
      WHERE ${Prisma.join([Prisma.sql`true`, ...filters(release, request, principal)], ' AND ')}`;
  return Prisma.sql`
    WITH size AS (
      ${pageSizeSql(schema, request.page_size)}
    ), total AS (
      SELECT count(*)::integer AS count FROM ${matching}
    ), skipped AS (
      SELECT CASE WHEN ${page === 'last'} THEN greatest(count - 1, 0) / page_size * page_size::bigint
        ELSE ${page === 'last' ? 0 : toInt32(page) - 1}::bigint * page_size END AS rows FROM total, size
    )
    SELECT total.count, size.page_size AS "pageSize",
      ${configureFlow === undefined} OR EXISTS (
        SELECT FROM ${t.authentik_flows_flow} f WHERE f.flow_uuid = ${configureFlow}::uuid
      ) AS "knowsFlow",
      ARRAY(
        SELECT p.stage_ptr_id::text FROM ${matching} ORDER BY ${Prisma.raw([...orderBy, COLUMN.pk].join(', '))}
        LIMIT (SELECT page_size FROM size) OFFSET (SELECT rows FROM skipped)
      ) AS ids
    FROM total, size`;
}

/** By the name of the field that a list can be ordered by. */
const COLUMN: Readonly<Record<string, string>> = {
  name: 's.name',
  pk: 'p.stage_ptr_id',
  backends: 'p.backends',
  configure_flow: 'p.configure_flow_id',
  failed_attempts_before_cancel: 'p.failed_attempts_before_cancel',
  allow_show_password: 'p.allow_show_password',
};

function filters({ search: syntax }: Release, request: StageListRequest, { sees }: Principal): Prisma.Sql[] {
  const { configure_flow, failed_attempts_before_cancel, allow_show_password, search = '' } = request;
  const name = stripped(request.name ?? '');
  const found: Prisma.Sql[] = parseSearch(search, syntax).map((term) => {
    const pattern = `%${term.replace(/[\\%_]/g, '\\$&')}%`;
    return Prisma.sql`upper(s.name) LIKE upper(${pattern})`;
  });
  if (sees !== 'all') found.push(Prisma.sql`p.stage_ptr_id = ANY (${[...sees]}::uuid[])`);
  if (name !== '') found.push(Prisma.sql`s.name = ${name}`);
  if (configure_flow !== undefined) found.push(Prisma.sql`p.configure_flow_id = ${configure_flow}::uuid`);
  if (failed_attempts_before_cancel !== undefined) {
    found.push(Prisma.sql`p.failed_attempts_before_cancel = ${failed_attempts_before_cancel}::integer`);
  }
  if (allow_show_password !== undefined) found.push(Prisma.sql`p.allow_show_password = ${allow_show_password}`);
  return found;
}

/** A SELECT of one `page_size`. A tenant without a row has the sizes of a fresh installation. */
function pageSizeSql({ name, tenants, release }: Schema, requested: number | undefined): Prisma.Sql {
  const size = requested === undefined ? null : toInt32(requested);
  if (!release.hasTenantPageSizes) return Prisma.sql`SELECT coalesce(${size}::integer, 100) AS page_size`;
  const tenant = tenants
    ? Prisma.sql`SELECT pagination_default_page_size, pagination_max_page_size FROM ${tenants} WHERE schema_name = ${name}`
    : Prisma.sql`SELECT 20, 100 WHERE false`;
  return Prisma.sql`SELECT greatest(1, least(coalesce(${size}::integer, by_default, 20), coalesce(maximum, 100))) AS page_size
      FROM (VALUES (1)) one LEFT JOIN (${tenant}) tenant (by_default, maximum) ON true`;
}

/** Finite, whatever was asked for: an infinite number would reach SQL as NULL, and LIMIT NULL is no limit. */
const toInt32 = (value: number) => Math.min(value, 2 ** 31 - 1);
