import { DEMO } from '../../src/demo/demo.js';
import type { PostgresServer } from '../support/live/postgres-server.js';
import { residentMegabytes } from '../support/live/processes.js';
import type { ServiceProcess } from '../support/live/service-process.js';
import type { Exchange } from '../support/live/traffic.js';

export interface Usage {
  /** To PostgreSQL. */
  readonly connections: number;
  readonly megabytes: number;
}

/** What the service, with its workers, holds at this moment. */
export async function measureUsage(
  { pid }: ServiceProcess,
  postgres: PostgresServer | undefined,
): Promise<Usage> {
  const megabytes = residentMegabytes(pid);
  const [row] =
    (await postgres?.sql<{ connections: number }>(
      `SELECT count(*)::integer AS connections FROM pg_stat_activity
     WHERE application_name = 'authentik-stages-password'`,
    )) ?? [];
  return { connections: row?.connections ?? 0, megabytes };
}

export interface Seen {
  readonly served: number;
  readonly unavailable: number;
  /** Why requests stayed without a response, one reason for each. */
  readonly lost: readonly string[];
  readonly slowestMs: number;
  readonly recoveryMs: number;
  /** Responses that the contract does not have, or that are wrong. */
  readonly problems: readonly string[];
}

/** What the clients saw from the beginning of a fault; recovery counts from its end. */
export function summarize(exchanges: readonly Exchange[], begin: number, end: number): Seen {
  const during = exchanges.filter(({ endedAt }) => endedAt >= begin);
  const failed = during.filter(({ status }) => status !== 200);
  const lastFailure = Math.max(end, ...failed.map(({ endedAt }) => endedAt));
  const back = during.find(({ status, endedAt }) => status === 200 && endedAt > lastFailure);
  const isExpected = ({ status }: Exchange) => [200, 503, undefined].includes(status);
  return {
    served: during.length - failed.length,
    unavailable: failed.filter(({ status }) => status === 503).length,
    lost: during.filter(({ status }) => status === undefined).map(({ text }) => text),
    slowestMs: Math.max(0, ...during.map(({ startedAt, endedAt }) => endedAt - startedAt)),
    recoveryMs: failed.length === 0 ? 0 : (back?.endedAt ?? Number.POSITIVE_INFINITY) - end,
    problems: exchanges.flatMap((exchange) => [
      ...exchange.problems,
      ...(isExpected(exchange) ? [] : [`${exchange.status}: ${exchange.text}`]),
    ]),
  };
}

/** The secrets that show in what the service wrote, or in what its clients got. */
export function findLeaks(
  service: ServiceProcess,
  exchanges: readonly Exchange[],
  secrets: readonly string[],
): readonly string[] {
  const texts = [service.output(), ...exchanges.map(({ text }) => text)];
  return [DEMO.administratorToken, ...secrets].filter((secret) =>
    texts.some((text) => text.includes(secret)),
  );
}
