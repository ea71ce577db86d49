import { setTimeout as pause } from 'node:timers/promises';
import { loadContract } from '../../../src/contract/contract.js';
import {
  createResponseChecker,
  type WireResponse,
} from '../../../src/contract/response-checker.js';
import { DEMO } from '../../../src/demo/demo.js';
import { type Connection, openConnection } from '../load/connection.js';
import { demoRequest } from '../load/demo-request.js';
import { until } from './until.js';

/** One request of the traffic, and what became of it. */
export interface Exchange {
  /** Milliseconds on the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** It opened its connection, which a server that ends may refuse. */
  readonly isFirst: boolean;
  /** Undefined: the connection broke without a response. */
  readonly status: number | undefined;
  /** What is wrong with the response, by the contract or by what the stage really is. */
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
  /** Between a response and the next request of the same client. */
  readonly pauseMs?: number;
  readonly token?: string;
}

const checkResponse = createResponseChecker(loadContract());
const STEADY_MS = 1500;

export function startTraffic(
  url: string,
  { clients = 8, pauseMs = 15, token }: TrafficOptions = {},
): Traffic {
  const port = Number(new URL(url).port);
  const bytes = Buffer.from(demoRequest(token).text, 'latin1');
  const exchanges: Exchange[] = [];
  let isStopping = false;

  async function run(): Promise<void> {
    let connection = openConnection(port);
    let isFirst = true;
    while (!isStopping) {
      if (!connection.isOpen) {
        connection = openConnection(port);
        isFirst = true;
      }
      exchanges.push(await exchange(connection, bytes, isFirst));
      isFirst = false;
      await pause(pauseMs);
    }
    connection.close();
  }
  const running = Promise.all(Array.from({ length: clients }, run));

  return {
    exchanges,
    steady: (timeoutMs = 20_000) => {
      const since = performance.now();
      return until(
        `the traffic gets 200 for ${STEADY_MS} ms`,
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

async function exchange(
  connection: Connection,
  bytes: Buffer,
  isFirst: boolean,
): Promise<Exchange> {
  const startedAt = performance.now();
  try {
    const wire = await askOn(connection, bytes);
    const endedAt = performance.now();
    const problems = problemsOf(wire);
    return { startedAt, isFirst, endedAt, status: wire.status, problems, text: wire.text };
  } catch (error) {
    const text = String((error as NodeJS.ErrnoException).code ?? error);
    const endedAt = performance.now();
    return { startedAt, isFirst, endedAt, status: undefined, problems: [], text };
  }
}

async function askOn(connection: Connection, bytes: Buffer): Promise<WireResponse> {
  const { status, head, body } = await connection.request(bytes);
  const fields = head.split('\r\n').slice(1);
  const pairs = fields.map((field) => field.split(/: *(.*)/s).slice(0, 2) as [string, string]);
  return { status, headers: new Headers(pairs), text: body.toString() };
}

/** Asks for the demo's stage once. Rejects when no whole response comes. */
export async function retrieve(url: string, token: string): Promise<WireResponse> {
  const connection = openConnection(Number(new URL(url).port));
  try {
    return await askOn(connection, Buffer.from(demoRequest(token).text, 'latin1'));
  } finally {
    connection.close();
  }
}

function problemsOf(wire: WireResponse): readonly string[] {
  const problems = checkResponse('stages_password_retrieve', wire);
  if (wire.status !== 200 || problems.length > 0) return problems;
  const { pk, name } = JSON.parse(wire.text);
  const isRight = pk === DEMO.stageUuid && name === 'default-authentication-password';
  return isRight ? [] : [`another stage was returned: ${pk} ${name}`];
}
