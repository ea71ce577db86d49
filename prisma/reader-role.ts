/** The text of a role file: what the owner of authentik's tables runs so that the service can read, and nothing else. */
import { bearerSql, FUNCTION_SCHEMA, READER_ROLE } from '../src/data/credentials.js';

export interface TableDescription {
  readonly name: string;
  readonly reads: string;
  readonly isWhole: true | undefined;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** `first` is the first release that the file serves, `next` the first one that it does not. */
export function roleFile(
  first: string,
  next: string | undefined,
  tables: readonly TableDescription[],
): string {
  const releases = next ? `${first} or later, before ${next}` : `${first} or later`;
  return `-- The role that the service connects as, for authentik ${releases}.
-- Written by \`npm run generate\` from prisma/schema.prisma.
--
-- The role may read the columns that the service reads, and nothing else. It cannot read tokens: a function tells it
-- which user a token stands for.
--
-- Run this in authentik's database as the owner of its tables:
--   psql -1 -v ON_ERROR_STOP=1 -f ${first}.sql
-- Creating the role takes CREATEROLE, which the owner may lack. Then let an administrator run this line first:
--   CREATE ROLE ${READER_ROLE} LOGIN NOINHERIT;
-- Afterwards give the role a password, which is in no file:
--   \\password ${READER_ROLE}
-- The file may be run again at any time. After an upgrade of authentik run the file of the new release.
--
-- The tables are those of the first schema of search_path. For a tenant other than the default one, set it before:
--   SET search_path TO t_acme;
--
-- To uninstall, run in each database: DROP SCHEMA ${FUNCTION_SCHEMA} CASCADE; DROP OWNED BY ${READER_ROLE};
-- and once: DROP ROLE ${READER_ROLE};

DO $$
BEGIN
  -- Roles belong to the whole cluster: another database or tenant may have created it already.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${READER_ROLE}') THEN
    CREATE ROLE ${READER_ROLE}
      LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
  END IF;
EXCEPTION
  -- Somebody else has created it since we looked.
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_roles
    WHERE rolname = '${READER_ROLE}'
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
  ) OR EXISTS (
    SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member
    WHERE r.rolname = '${READER_ROLE}'
  ) THEN
    RAISE EXCEPTION '${READER_ROLE} has rights that it must not have; drop the role first';
  END IF;
END
$$;

-- What the service asks for when it connects, for poolers that do not pass it on. A client may change these settings;
-- the guard is the missing grants.
DO $$
BEGIN
  ALTER ROLE ${READER_ROLE} SET search_path = pg_catalog;
  ALTER ROLE ${READER_ROLE} SET default_transaction_read_only = on;
  ALTER ROLE ${READER_ROLE} SET default_transaction_isolation = 'read committed';
  ALTER ROLE ${READER_ROLE} SET statement_timeout = '2s';
  ALTER ROLE ${READER_ROLE} SET lock_timeout = '500ms';
  ALTER ROLE ${READER_ROLE} SET jit = off;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'The settings of ${READER_ROLE} are left as they are: changing them takes CREATEROLE.';
END
$$;

-- Takes back what the role was granted before, whatever it was.
DO $$
BEGIN
  EXECUTE pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM ${READER_ROLE}', current_schema());
  EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM ${READER_ROLE}', current_schema());
  EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO ${READER_ROLE}', current_schema());
END
$$;

-- Which user a token stands for. The function is named after the schema that it reads, and has the rights of its owner.
CREATE SCHEMA IF NOT EXISTS ${FUNCTION_SCHEMA};
REVOKE ALL ON SCHEMA ${FUNCTION_SCHEMA} FROM PUBLIC;
GRANT USAGE ON SCHEMA ${FUNCTION_SCHEMA} TO ${READER_ROLE};

DO $do$
DECLARE
  signature text := pg_catalog.format(
    '${FUNCTION_SCHEMA}.%I(text[], timestamp with time zone, boolean)', current_schema());
BEGIN
  EXECUTE pg_catalog.format($create$
CREATE OR REPLACE FUNCTION ${FUNCTION_SCHEMA}.%1$I(
  credentials text[], at_time timestamp with time zone, include_oauth boolean DEFAULT true
)
RETURNS TABLE (credential text, user_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10
SET search_path = pg_catalog
AS $function$
#variable_conflict use_column
BEGIN
  -- pg_locks would show which pages of an index were read.
  IF current_setting('transaction_isolation') = 'serializable' THEN
    RAISE EXCEPTION 'Tokens are not looked up in a SERIALIZABLE transaction.';
  END IF;
  RETURN QUERY
  -- The caller's own collation could call other texts equal.
  WITH request (credentials, at_time, include_oauth) AS MATERIALIZED (
    SELECT $1 COLLATE pg_catalog."default", $2, $3
  ), ${credentialRules()};
END
$function$
$create$, current_schema());
  EXECUTE 'REVOKE ALL ON FUNCTION ' || signature || ' FROM PUBLIC';
  EXECUTE 'GRANT EXECUTE ON FUNCTION ' || signature || ' TO ${READER_ROLE}';
END
$do$;

${sections(tables).join('\n\n')}
`;
}

/** As text for PostgreSQL's format(), whose first argument is the schema. */
function credentialRules(): string {
  const table = (name: string) => `\u0000.${name}`;
  return bearerSql(table('authentik_core_token'), table('authentik_providers_oauth2_accesstoken'))
    .replaceAll('%', '%%')
    .replaceAll('\u0000', '%1$I');
}

const SECTIONS: Readonly<Record<string, string>> = {
  permissions: 'Who may see what.',
  stages: 'The stages, and the flows that they are bound to.',
  lists: "How long a page of a list is. The table is in authentik's main schema only.",
};

function sections(tables: readonly TableDescription[]): string[] {
  return Object.entries(SECTIONS).flatMap(([reads, title]) => {
    const grants = tables.filter((table) => table.reads === reads);
    if (grants.length === 0) return [];
    const text = reads === 'lists' ? grants.map(grantInMainSchema) : grants.map(grant);
    return [[`-- ${title}`, ...text].join('\n')];
  });
}

function grant({ name, isWhole, columns }: TableDescription): string {
  if (isWhole) return `GRANT SELECT ON ${name} TO ${READER_ROLE};`;
  return `GRANT SELECT (${columns.map((column) => column.name).join(', ')})\n  ON ${name} TO ${READER_ROLE};`;
}

function grantInMainSchema({ name, columns }: TableDescription): string {
  return `DO $$
DECLARE
  main text;
BEGIN
  SELECT n.nspname INTO main
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = '${name}' AND c.relkind IN ('r', 'p')
  ORDER BY n.nspname <> current_schema(), n.nspname <> 'public', n.nspname LIMIT 1;
  IF main IS NOT NULL THEN
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO ${READER_ROLE}', main);
    EXECUTE pg_catalog.format('GRANT SELECT (${columns.map((column) => column.name).join(', ')}) ON %I.${name} TO ${READER_ROLE}', main);
  END IF;
END
$$;`;
}
