/** What the doctor wants to know of the PostgreSQL server, and of the stages as a whole. */
import { z } from 'zod';
import type { Database } from './database.js';
import type { Schema } from './releases/monitor.js';

const Server = z.object({
  version: z.string(),
  database: z.string(),
  role: z.string(),
  isStandby: z.boolean(),
});

export async function findServer(database: Database): Promise<z.infer<typeof Server>> {
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT current_setting('server_version') AS version, current_database()::text AS database,
        current_user::text AS role, pg_is_in_recovery() AS "isStandby"`,
  );
  return z.tuple([Server]).parse(rows)[0];
}

/** How many milliseconds the server's clock is ahead of ours; the connection must be open, so that only the query takes time. */
export async function findClockLeadMs(database: Database): Promise<number> {
  const asked = Date.now();
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
  );
  const [{ now }] = z.tuple([z.object({ now: z.number() })]).parse(rows);
  return Math.round(now - (asked + Date.now()) / 2);
}

const Ids = z.object({ count: z.number(), ids: z.array(z.string()) });

/** How many password stages there are, and the UUIDs of the first ones. */
export async function findStageIds(
  database: Database,
  { tables: t }: Schema,
  limit: number,
): Promise<z.infer<typeof Ids>> {
  const stages = t.authentik_stages_password_passwordstage;
  const rows = await database.query(
    (prisma) => prisma.$queryRaw`
      SELECT (SELECT count(*)::integer FROM ${stages}) AS count,
        ARRAY(SELECT stage_ptr_id::text FROM ${stages} ORDER BY 1 LIMIT ${limit}::integer) AS ids`,
  );
  return z.tuple([Ids]).parse(rows)[0];
}
