/** Finds out who is behind a token and what they may see. */
import pg from 'pg';
import { z } from 'zod';
import { Prisma } from '../../generated/prisma/client.js';
import type { AccessFacts } from '../domain/access.js';
import { type BatchLimits, createBatcher } from './batcher.js';
import { bearerSql, FUNCTION_SCHEMA } from './credentials.js';
import type { Database } from './database.js';
import { markersAfter } from './releases/identify.js';
import { qualified, type Schema, SchemaChangedError, type SchemaMonitor } from './releases/monitor.js';

export type AccessRepository = ReturnType<typeof createAccessRepository>;

const AccessRows = z.array(
  z.object({
    credential: z.string(),
    userId: z.number(),
    isActive: z.boolean(),
    isInternalServiceAccount: z.boolean(),
    seesAll: z.boolean(),
    grantedStages: z.string().nullable(),
    releaseHolds: z.boolean(),
  }),
);

/**
 * Where authentik has no index on OAuth tokens, they are looked at only when there is no API token, and apart: callers
 * with good API tokens must not wait for the table scans that bad ones cause.
 */
export function createAccessRepository(
  database: Database,
  monitor: SchemaMonitor,
  limits: BatchLimits,
  clock: () => Date,
) {
  // The text is long, and depends on nothing but the schema.
  const texts = new WeakMap<Schema, string>();

  async function load(tokens: readonly string[], scansOauth: boolean) {
    return monitor.use(async (schema) => {
      const text = texts.get(schema) ?? accessStatement(schema).text;
      texts.set(schema, text);
      const values = [tokens, clock().toISOString(), scansOauth || schema.release.hasAccessTokenIndex];
      const rows = AccessRows.parse(await database.select({ text, values }));
      if (rows.some((row) => !row.releaseHolds)) throw new SchemaChangedError();
      const facts = new Map<string, AccessFacts>();
      for (const { credential, grantedStages, ...row } of rows) {
        facts.set(credential, { ...row, grantedStages: new Set(grantedStages?.split(' ')) });
      }
      return tokens.map((token) => facts.get(token));
    });
  }
  const tokens = createBatcher('tokens', limits, (keys) => load(keys, false));
  const oauthTokens = createBatcher('oauth_tokens', limits, (keys) => load(keys, true));
  return {
    /** The facts about a token's user; undefined for a token that is unknown, expired or not for the API. */
    async find(token: string): Promise<AccessFacts | undefined> {
      const found = await tokens.load(token);
      if (found || monitor.release?.hasAccessTokenIndex) return found;
      return oauthTokens.load(token);
    },
    /** Tokens that wait for a query. */
    get waiting(): number {
      return tokens.waiting + oauthTokens.waiting;
    },
  };
}

/**
 * `OFFSET 0` keeps the planner from joining all users, whose number it knows, with callers, whose number it does not; and
 * from asking for everything twice, once for each use of `seesAll`.
 */
function accessStatement(schema: Schema): Prisma.Sql {
  const { tables: t, release } = schema;
  const permissions = release.permissions === 'django' ? django(schema) : roles(schema);
  return Prisma.sql`
    WITH bearer AS (${bearer(schema)}
    ), view_permission AS (
      SELECT id FROM ${t.auth_permission}
      WHERE codename = 'view_passwordstage' AND content_type_id = (
        SELECT id FROM ${t.django_content_type}
        WHERE app_label = 'authentik_stages_password' AND model = 'passwordstage'
      )
    ), ${permissions.holders}
    SELECT bearer.credential, u.id AS "userId", u.is_active AS "isActive",
      u.type = 'internal_service_account' AS "isInternalServiceAccount", sees."all" AS "seesAll",
      CASE WHEN NOT sees."all" THEN (
        SELECT string_agg(DISTINCT p.stage_ptr_id::text, ' ')
        FROM (${permissions.grants}) granted
        JOIN ${t.authentik_stages_password_passwordstage} p ON p.stage_ptr_id = CASE
          WHEN granted.object_pk ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          THEN granted.object_pk::uuid END
      ) END AS "grantedStages",
      ${releaseHolds(schema)} AS "releaseHolds"
    FROM bearer CROSS JOIN LATERAL (
      SELECT id, is_active, type FROM ${t.authentik_core_user} WHERE id = bearer.user_id OFFSET 0
    ) u CROSS JOIN LATERAL (
      SELECT EXISTS (
        SELECT FROM ${t.authentik_core_group} g
        WHERE g.is_superuser AND g.group_uuid IN (${permissions.groups})
      ) OR ${permissions.hasGlobalView} AS "all" OFFSET 0
    ) sees`;
}

/** Takes the only values of the statement: tokens, time, and whether OAuth tokens are looked for. */
function bearer({ tables: t, name, readsTokensBy }: Schema): Prisma.Sql {
  const request = Prisma.sql`${null}::text[], ${null}::timestamptz, ${null}::boolean`;
  if (readsTokensBy === 'function') {
    return Prisma.sql`SELECT * FROM ${Prisma.raw(qualified(FUNCTION_SCHEMA, name))}(${request})`;
  }
  const rules = bearerSql(t.authentik_core_token.sql, t.authentik_providers_oauth2_accesstoken.sql);
  return Prisma.sql`
      WITH request (credentials, at_time, include_oauth) AS MATERIALIZED (SELECT ${request}), ${Prisma.raw(rules)}`;
}

/** SQL about the user `u`. */
interface PermissionSql {
  /** Common table expressions of who has the permission for all stages, looked up once for all callers of a batch. */
  readonly holders: Prisma.Sql;
  /** A SELECT of the groups that may make a superuser. */
  readonly groups: Prisma.Sql;
  readonly hasGlobalView: Prisma.Sql;
  /** A SELECT of the `object_pk` of each stage that was granted, existing or not. */
  readonly grants: Prisma.Sql;
}

/**
 * To 2025.10: Django's permissions of users and groups, guardian's for single objects. authentik mirrors roles into
 * Django's groups, so that roles themselves must not be looked at.
 */
function django({ tables: t, release }: Schema): PermissionSql {
  const djangoGroups = Prisma.sql`
      SELECT ug.group_id FROM ${t.authentik_core_user_groups} ug WHERE ug.user_id = u.id`;
  return {
    holders: Prisma.sql`viewing_group AS MATERIALIZED (
      SELECT group_id FROM ${t.auth_group_permissions} WHERE permission_id = (SELECT id FROM view_permission)
    )`,
    groups: Prisma.sql`
      WITH RECURSIVE member (group_id, hops) AS (
        SELECT m.group_id, 0 FROM ${t.authentik_core_user_ak_groups} m WHERE m.user_id = u.id
        UNION
        SELECT g.parent_id, member.hops + 1 FROM member
          JOIN ${t.authentik_core_group} g ON g.group_uuid = member.group_id
          WHERE g.parent_id IS NOT NULL AND member.hops < ${Prisma.raw(String(release.superuserHops))}
      ) SELECT group_id FROM member`,
    hasGlobalView: Prisma.sql`EXISTS (
        SELECT FROM ${t.authentik_core_user_user_permissions} up
        WHERE up.user_id = u.id AND up.permission_id = (SELECT id FROM view_permission)
      ) OR EXISTS (${djangoGroups} AND ug.group_id IN (SELECT group_id FROM viewing_group))`,
    grants: Prisma.sql`
        SELECT uo.object_pk FROM ${t.guardian_userobjectpermission} uo
          WHERE uo.user_id = u.id AND uo.permission_id = (SELECT id FROM view_permission)
        UNION ALL
        SELECT go.object_pk FROM ${t.guardian_groupobjectpermission} go
          WHERE go.permission_id = (SELECT id FROM view_permission) AND go.group_id IN (${djangoGroups})`,
  };
}

/** Since 2025.12: permissions belong to roles; roles to users, groups, and through groups to their child groups. */
function roles({ tables: t }: Schema): PermissionSql {
  const groups = Prisma.sql`
      WITH RECURSIVE member (group_id) AS (
        SELECT m.group_id FROM ${t.authentik_core_user_ak_groups} m WHERE m.user_id = u.id
        UNION
        SELECT gp.parent_id FROM member
          JOIN ${t.authentik_core_groupparentage} gp ON gp.child_id = member.group_id
      ) SELECT group_id FROM member`;
  const ofUser = Prisma.sql`
      SELECT ur.role_id FROM ${t.authentik_core_user_roles} ur WHERE ur.user_id = u.id
      UNION
      SELECT gr.role_id FROM ${t.authentik_core_group_roles} gr WHERE gr.group_id IN (${groups})`;
  return {
    holders: Prisma.sql`viewing_role AS MATERIALIZED (
      SELECT role_id FROM ${t.guardian_rolemodelpermission} WHERE permission_id = (SELECT id FROM view_permission)
    )`,
    groups,
    hasGlobalView: Prisma.sql`EXISTS (
        SELECT FROM viewing_role WHERE role_id IN (${ofUser})
      )`,
    grants: Prisma.sql`
        SELECT ro.object_pk FROM ${t.guardian_roleobjectpermission} ro
        WHERE ro.permission_id = (SELECT id FROM view_permission) AND ro.role_id IN (${ofUser})`,
  };
}

/**
 * True while nothing is there that a later release brings: 2025.12 keeps the old permission tables, frozen with grants
 * that were revoked since. What an upgrade takes away needs no proof, since a query that reads it fails.
 */
function releaseHolds({ name, release }: Schema): Prisma.Sql {
  const markers = markersAfter(release).map(({ table, column, type, isNullable }) => {
    const relation = `pg_catalog.to_regclass(${pg.escapeLiteral(qualified(name, table))})`;
    return `(${relation}, ${pg.escapeLiteral(column)}::name, ${pg.escapeLiteral(type)}::regtype, ${isNullable})`;
  });
  if (markers.length === 0) return Prisma.sql`true`;
  return Prisma.sql`NOT EXISTS (
        SELECT FROM (VALUES ${Prisma.raw(markers.join(', '))}) marker (relation, name, type, is_nullable)
        JOIN pg_catalog.pg_attribute ON attrelid = relation AND attname = name AND atttypid = type
        WHERE NOT (is_nullable AND attnotnull)
      )`;
}
