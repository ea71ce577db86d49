import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { loadContract } from '../../../src/contract/contract.js';
import {
  createResponseChecker,
  type WireResponse,
} from '../../../src/contract/response-checker.js';
import { DEMO } from '../../../src/demo/demo.js';
import { until } from './until.js';

/** One request of the traffic, and what became of it. */
export interface Exchange {
  /** Milliseconds on the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** It opened its connection, which a server that ends may refuse. */
  readonly isFirst: boolean;
  /** Undefined: the connection broke without an answer. */
  readonly status: number | undefined;
  /** What is wrong with the answer, by the contract or by what the stage really is. */
  readonly problems: readonly string[];
  readonly text: string;
}

/** Well-behaved clients that ask for the same stage over and over, each on a connection of its own. */
export interface Traffic {
  readonly exchanges: readonly Exchange[];
  /** Resolves when nothing has failed for a while. */
  steady(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TrafficOptions {
  readonly clients?: number;
  /** Between an answer and the next request of the same client. */
  readonly pauseMs?: number;
  readonly token?: string;
}

const contract = loadContract();
const checkAnswer = createResponseChecker(contract);
const STAGE_PATH =
  contract.basePath +
  contract.pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid);
const STEADY_MS = 1500;
// Longer than any deadline of the service, so that only a request that hangs for ever runs into it.
const CLIENT_TIMEOUT_MS = 30_000;

export function startTraffic(
  url: string,
  { clients = 8, pauseMs = 15, token = DEMO.administratorToken }: TrafficOptions = {},
): Traffic {
  const exchanges: Exchange[] = [];
  let isStopping = false;

  async function run(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isStopping) {
      exchanges.push(await exchange(url, agent, token));
      await pause(pauseMs);
    }
    agent.destroy();
  }
  const running = Promise.all(Array.from({ length: clients }, run));

  return {
    exchanges,
    steady: (timeoutMs = 20_000) => {
      const since = performance.now();
      return until(
        `the traffic is answered with 200 for ${STEADY_MS} ms`,
        () => {
          const from = performance.now() - STEADY_MS;
          if (from < since) return false;
          const recent = exchanges.filter(({ endedAt }) => endedAt >= from);
          return recent.length > clients && recent.every(({ status }) => status === 200);
        },
        timeoutMs,
      );
    },
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

async function exchange(url: string, agent: Agent, token: string): Promise<Exchange> {
  const startedAt = performance.now();
  const isFirst = Object.keys(agent.freeSockets).length === 0;
  try {
    const answer = await retrieve(url, agent, token);
    return {
      ...{ startedAt, isFirst },
      endedAt: performance.now(),
      status: answer.status,
      problems: problemsOf(answer),
      text: answer.text,
    };
  } catch (error) {
    const text = String((error as NodeJS.ErrnoException).code ?? error);
    const endedAt = performance.now();
    return { startedAt, isFirst, endedAt, status: undefined, problems: [], text };
  }
}

/** Asks for the demo's stage once. Rejects when no whole answer comes. */
export function retrieve(
  url: string,
  agent: Agent | undefined,
  token: string,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    const options = { headers, timeout: CLIENT_TIMEOUT_MS, ...(agent && { agent }) };
    const request = get(url + STAGE_PATH, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(response.headers as Record<string, string>),
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('timeout', () => request.destroy(new Error('The request hangs.')));
    request.on('error', reject);
  });
}

function problemsOf(answer: WireResponse): readonly string[] {
  const problems = checkAnswer('stages_password_retrieve', answer);
  if (answer.status !== 200 || problems.length > 0) return problems;
  const { pk, name } = JSON.parse(answer.text);
  const isRight = pk === DEMO.stageUuid && name === 'default-authentication-password';
  return isRight ? [] : [`another stage was answered: ${pk} ${name}`];
}
