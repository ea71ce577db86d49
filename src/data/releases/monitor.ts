/** Knows which release the tables are of now, and notices when that changes. */
import { Prisma } from '../../../generated/prisma/client.js';
import { OperationError } from '../../domain/errors.js';
import type { FlowImageRules } from '../../domain/flow-image.js';
import { type Inspection, inspectDatabase } from '../catalog.js';
import type { Database } from '../database.js';
import { DatabaseError } from '../errors.js';
import { qualified, type Tables, tablesIn } from '../tables.js';
import type { Release } from './releases.js';

/** A database that we understand: all that the queries on it depend on. */
export interface Schema {
  readonly name: string;
  readonly release: Release;
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

export interface SchemaMonitor {
  /** The schema in force; looks at the tables when it is not known. Rejects when it cannot be served. */
  get(): Promise<Schema>;
  /** Runs queries made for the schema in force; when the tables turn out to have changed, forgets it. */
  use<Result>(run: (schema: Schema) => Promise<Result>): Promise<Result>;
  readonly release: Release | undefined;
  close(): void;
}

const RECHECK_MS = 15_000;
// While the database is away, every batch would look; once in a moment is enough.
const RETRY_MS = 250;

export function createSchemaMonitor(database: Database, options: SchemaMonitorOptions): SchemaMonitor {
  let current: Schema | undefined;
  let pending: Promise<Schema> | undefined;
  let failure: { readonly error: Error; readonly at: number } | undefined;

  async function inspect(): Promise<Schema> {
    try {
      const inspection = await inspectDatabase(database, options.schema);
      const { release, readsTokensBy, problems } = inspection;
      if (!release || problems.length > 0) throw new OperationError('service_unavailable', problems);
      const isSame = current?.release === release && current.readsTokensBy === readsTokensBy;
      if (!isSame || failure) options.onChange?.(inspection);
      failure = undefined;
      current = isSame && current ? current : schemaOf(release, inspection, options);
      return current;
    } catch (cause) {
      const error = cause as Error;
      // A database that is away tells nothing about its tables; each response still proves them.
      if (!(error instanceof DatabaseError)) current = undefined;
      if (error.message !== failure?.error.message) options.onChange?.(error);
      failure = { error, at: performance.now() };
      throw error;
    }
  }

  function refresh(): Promise<Schema> {
    pending ??= inspect().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  const timer = setInterval(() => void refresh().catch(() => {}), RECHECK_MS);
  timer.unref();

  async function get(): Promise<Schema> {
    if (current) return current;
    if (failure && !pending && performance.now() - failure.at < RETRY_MS) throw failure.error;
    return refresh();
  }

  return {
    get,
    async use(run) {
      const schema = await get();
      try {
        return await run(schema);
      } catch (error) {
        const isInDoubt = error instanceof DatabaseError ? error.isSchemaFault : error instanceof SchemaChangedError;
        if (isInDoubt && current === schema) {
          current = undefined;
          options.onChange?.(error as Error);
          failure = undefined;
        }
        throw error;
      }
    },
    get release() {
      return current?.release;
    },
    close: () => clearInterval(timer),
  };
}

function schemaOf(
  release: Release,
  { readsTokensBy, tenantSchema }: Inspection,
  { schema, webPath }: SchemaMonitorOptions,
): Schema {
  const tenants = tenantSchema ? Prisma.raw(qualified(tenantSchema, 'authentik_tenants_tenant')) : undefined;
  const image = { ...release.image, schema, webPath };
  return { name: schema, release, tables: tablesIn(schema), tenants, readsTokensBy, image };
}
