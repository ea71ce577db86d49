/** Knows which generation of tables the database holds now, and notices when that changes. */
import type { UrlRules } from '../domain/background-url.js';
import { OperationError } from '../domain/errors.js';
import type { Generation } from '../domain/generation.js';
import { inspectDatabase } from './catalog.js';
import type { Database } from './database.js';
import { DatabaseError } from './errors.js';
import { type Queries, queriesFor } from './queries.js';

/** A database that we understand. */
export interface Schema {
  readonly generation: Generation;
  readonly queries: Queries;
  readonly urlRules: UrlRules;
}

/** The tables are not ones that we can serve; the message says what was found and what to do. */
export class UnsupportedDatabaseError extends OperationError {
  constructor(problems: readonly string[]) {
    super('service_unavailable', problems.join('\n'));
  }
}

export interface SchemaMonitorOptions {
  readonly schema: string;
  /** authentik's `web.path` without its last slash. */
  readonly webPath: string;
  /** How often the tables are looked at again. */
  readonly recheckMs: number;
  /** Told whenever the answer differs from the last one. */
  onChange?(generation: Generation | undefined, error?: Error): void;
}

export interface SchemaMonitor {
  /** The schema in force; looks at the tables when it is not known. Rejects when it cannot be served. */
  get(): Promise<Schema>;
  /** Runs queries made for the schema in force; when the tables turn out to have changed, forgets it. */
  use<Result>(run: (schema: Schema) => Promise<Result>): Promise<Result>;
  readonly generation: Generation | undefined;
  close(): void;
}

// While the database is away, every batch would ask; one question a moment is enough.
const RETRY_MS = 250;

export function createSchemaMonitor(
  database: Database,
  options: SchemaMonitorOptions,
): SchemaMonitor {
  let current: Schema | undefined;
  let pending: Promise<Schema> | undefined;
  let lastFailure: { readonly error: Error; readonly at: number } | undefined;

  function set(next: Schema | undefined, error?: Error): void {
    const changed =
      next?.generation !== current?.generation || error?.message !== lastFailure?.error.message;
    current = next;
    lastFailure = error && { error, at: performance.now() };
    if (changed) options.onChange?.(next?.generation, error);
  }

  async function inspect(): Promise<Schema> {
    try {
      const { generation, problems } = await inspectDatabase(database, options.schema);
      if (!generation || problems.length > 0) throw new UnsupportedDatabaseError(problems);
      const schema = current?.generation === generation ? current : schemaOf(generation, options);
      set(schema);
      return schema;
    } catch (error) {
      // A database that is away tells nothing about its tables; each answer still proves them.
      const keeps = error instanceof DatabaseError ? current : undefined;
      set(keeps, error as Error);
      throw error;
    }
  }

  function refresh(): Promise<Schema> {
    pending ??= inspect().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  const timer = setInterval(() => {
    refresh().catch(() => {});
  }, options.recheckMs);
  timer.unref();

  async function get(): Promise<Schema> {
    if (current) return current;
    if (lastFailure && !pending && performance.now() - lastFailure.at < RETRY_MS) {
      throw lastFailure.error;
    }
    return refresh();
  }

  return {
    get,
    async use(run) {
      const schema = await get();
      try {
        return await run(schema);
      } catch (error) {
        const isInDoubt =
          error instanceof SchemaChangedError ||
          (error instanceof DatabaseError && error.isSchemaFault);
        if (isInDoubt && current === schema) {
          set(undefined, error as Error);
          lastFailure = undefined;
        }
        throw error;
      }
    },
    get generation() {
      return current?.generation;
    },
    close: () => clearInterval(timer),
  };
}

/** A query found the tables to be of another generation than the one it was made for. */
export class SchemaChangedError extends OperationError {
  constructor() {
    super('service_unavailable', "authentik's tables have changed since they were last looked at.");
  }
}

function schemaOf(generation: Generation, { schema, webPath }: SchemaMonitorOptions): Schema {
  return {
    generation,
    queries: queriesFor(generation, schema),
    urlRules: { background: generation.background, schema, webPath },
  };
}
