/** Adds the port of the metrics to what serves the contract, be it one process or several. */
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { startMetricsServer } from './http/metrics/metrics-server.js';

export interface Running {
  readonly url: string;
  close(): Promise<void>;
}

export interface Observable extends Running {
  /** The metrics of this moment, as text. */
  metrics(): Promise<string>;
}

/** Takes `served` over: closes it when the port of the metrics cannot be had. */
export async function withMetrics(
  { metricsPort, metricsHost }: Config,
  logger: Logger,
  served: Observable,
): Promise<Running> {
  if (metricsPort === undefined) return served;
  try {
    const { url, close } = await startMetricsServer({
      host: metricsHost,
      port: metricsPort,
      collect: () => served.metrics(),
    });
    logger.info({ url }, 'metrics');
    return {
      url: served.url,
      async close() {
        await served.close();
        await close();
      },
    };
  } catch (error) {
    await served.close();
    throw error;
  }
}
