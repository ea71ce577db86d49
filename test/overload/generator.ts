/** Sends requests from a process of its own, so that measuring costs the measured nothing but processor time. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Plan {
  readonly port: number;
  /** One complete request, as it goes over the wire. */
  readonly request: string;
  readonly connections: number;
  /** Requests a second, whether or not answers come; left out: each connection waits for its answer. */
  readonly rate?: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Result {
  readonly offeredPerSecond: number;
  /** Answers a second, and their latencies, by status. */
  readonly answers: Readonly<Record<number, { perSecond: number; p50Ms: number; p99Ms: number }>>;
  /** Connections that broke. */
  readonly broken: number;
}

export async function generate(plan: Plan): Promise<Result> {
  const bytes = Buffer.from(plan.request, 'latin1');
  const latencies = new Map<number, number[]>();
  const free: (() => void)[] = [];
  let isCounting = false;
  let isOver = false;
  let offered = 0;
  let broken = 0;

  function open(): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(plan.port, '127.0.0.1', () => {
        next();
        resolve();
      });
      let startedAt = 0;
      let pending = 0;
      socket.setNoDelay(true);
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => {
        // An answer is small; its status line is where it begins.
        if (text.startsWith('HTTP/1.1 ')) pending = Number(text.slice(9, 12));
        if (!isWhole(text)) return;
        count(pending, performance.now() - startedAt);
        next();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (isOver) return;
        broken += 1;
        void open();
        resolve();
      });

      function next(): void {
        if (isOver) socket.destroy();
        else if (plan.rate === undefined) send();
        else free.push(send);
      }

      function send(): void {
        if (isCounting) offered += 1;
        startedAt = performance.now();
        socket.write(bytes);
      }
    });
  }

  function count(status: number, ms: number): void {
    if (!isCounting) return;
    const list = latencies.get(status) ?? [];
    latencies.set(status, list);
    list.push(ms);
  }

  await Promise.all(Array.from({ length: plan.connections }, open));
  const pacing = plan.rate === undefined ? undefined : pace(plan.rate);
  await pause(plan.warmUpMs);
  isCounting = true;
  const startedAt = performance.now();
  await pause(plan.durationMs);
  const seconds = (performance.now() - startedAt) / 1000;
  isCounting = false;
  isOver = true;
  clearInterval(pacing);
  return {
    offeredPerSecond: offered / seconds,
    answers: Object.fromEntries(
      [...latencies].map(([status, list]) => [status, summarize(list, seconds)]),
    ),
    broken,
  };

  function pace(rate: number): NodeJS.Timeout {
    let sent = 0;
    const begin = performance.now();
    return setInterval(() => {
      const now = performance.now();
      const wanted = Math.floor(((now - begin) / 1000) * rate);
      // Where every connection waits for an answer, the request is not sent.
      for (; sent < wanted; sent += 1) free.shift()?.();
    }, 1);
  }
}

/** Every answer has a Content-Length and fits into one read, or ends with one. */
function isWhole(text: string): boolean {
  return text.endsWith('}');
}

function summarize(latencies: number[], seconds: number) {
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

process.on('message', async (plan: Plan) => {
  process.send?.(await generate(plan));
});
