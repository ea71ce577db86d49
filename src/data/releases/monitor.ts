/** Knows which release the tables are of now, and notices when that changes. */
import { Prisma } from '../../../generated/prisma/client.js';
import { RENAMED, TABLES } from '../../../generated/tables.js';
import { OperationError } from '../../domain/errors.js';
import type { FlowImageRules } from '../../domain/flow-image.js';
import type { Database } from '../database.js';
import { DatabaseError } from '../errors.js';
import { type Inspection, inspectDatabase } from '../inspection.js';
import { isBefore, type Release } from './releases.js';

/** A database that we understand: all that the queries on it depend on. */
export interface Schema {
  readonly name: string;
  readonly release: Release;
  /** By their first names. */
  readonly tables: Tables;
  /** The table of tenants, which is in the main schema only; undefined where there is none. */
  readonly tenants: Prisma.Sql | undefined;
  readonly readsTokensBy: Inspection['readsTokensBy'];
  readonly image: FlowImageRules;
}

/** A query found the tables to be of another release than the one it was made for. */
export class SchemaChangedError extends OperationError {
  constructor() {
    super('service_unavailable', "authentik's tables have changed since they were last looked at.");
  }
}

export interface SchemaMonitorOptions {
  readonly schema: string;
  /** authentik's `web.path` without its last slash. */
  readonly webPath: string;
  /** Called whenever what was found differs from the last time: a database that can be served, or why it cannot. */
  onChange?(found: Inspection | Error): void;
}

export type SchemaMonitor = ReturnType<typeof createSchemaMonitor>;

const RECHECK_MS = 15_000;
// A failure counts this long: while the database is away, every batch would look.
const RETRY_MS = 250;

export function createSchemaMonitor(database: Database, { schema, webPath, onChange }: SchemaMonitorOptions) {
  let current: Schema | undefined;
  let looking: Promise<Schema> | undefined;
  let told: string | undefined;

  function tell(found: Inspection | Error): void {
    const gist = found instanceof Error ? found.message : `${found.release?.since} ${found.readsTokensBy}`;
    if (gist !== told) onChange?.(found);
    told = gist;
  }

  async function look(): Promise<Schema> {
    try {
      const inspection = await inspectDatabase(database, schema);
      const { release, readsTokensBy, tenantSchema, problems } = inspection;
      if (!release || problems.length > 0) throw new OperationError('service_unavailable', problems);
      tell(inspection);
      looking = undefined;
      if (current?.release === release && current.readsTokensBy === readsTokensBy) return current;
      const tenants = tenantSchema ? Prisma.raw(qualified(tenantSchema, 'authentik_tenants_tenant')) : undefined;
      const image = { form: release.image, schema, webPath };
      current = { name: schema, release, tables: tablesIn(schema, release), tenants, readsTokensBy, image };
      return current;
    } catch (error) {
      // A database that is away tells nothing about its tables; each response still proves them.
      if (!(error instanceof DatabaseError)) current = undefined;
      tell(error as Error);
      setTimeout(() => {
        looking = undefined;
      }, RETRY_MS).unref();
      throw error;
    }
  }

  function refresh(): Promise<Schema> {
    looking ??= look();
    return looking;
  }

  const timer = setInterval(() => void refresh().catch(() => {}), RECHECK_MS).unref();

  /** The schema in force; looks at the tables when it is not known. Rejects when it cannot be served. */
  const get = async () => current ?? refresh();

  return {
    get,
    /** Runs queries made for the schema in force; when the tables turn out to have changed, forgets it. */
    async use<Result>(run: (schema: Schema) => Promise<Result>): Promise<Result> {
      const used = await get();
      try {
        return await run(used);
      } catch (error) {
        const isInDoubt = error instanceof DatabaseError ? error.isSchemaFault : error instanceof SchemaChangedError;
        if (isInDoubt && current === used) {
          current = undefined;
          tell(error as Error);
        }
        throw error;
      }
    },
    get release(): Release | undefined {
      return current?.release;
    },
    close: () => clearInterval(timer),
  };
}

/** Each table with its schema, quoted: the connection's search path does not matter. */
type Tables = Readonly<Record<(typeof TABLES)[number], Prisma.Sql>>;

function tablesIn(schema: string, { since }: Release): Tables {
  const table = (name: string) => {
    const renamed = RENAMED[name];
    return Prisma.raw(qualified(schema, renamed && !isBefore(since, renamed.since) ? renamed.to : name));
  };
  // Every name of the type is in the list that the type is made from.
  return Object.fromEntries(TABLES.map((name) => [name, table(name)])) as Tables;
}

export function qualified(schema: string, name: string): string {
  return `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`;
}
