/** Sends requests over keep-alive connections, each waiting for its answer, and measures every one of them. */
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface PlannedRequest {
  /** The complete request, as it goes over the wire. */
  readonly text: string;
  readonly expectedStatus: number;
}

export interface LoadPlan {
  readonly port: number;
  /** The connections start at evenly spaced places of this list and walk through it in circles. */
  readonly requests: readonly PlannedRequest[];
  readonly connections: number;
  /** Counting starts after this time, when each connection has had an answer. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly answers: number;
  /** Answers of another status than expected, and connections that broke. */
  readonly errors: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Run {
  phase: 'warm-up' | 'counting' | 'over';
  errors: number;
  readonly latencies: number[];
}

// A server that is stuck must not hold the whole bench.
const PATIENCE_MS = 20_000;

/** `onCounting` is called when the counting starts, `onCounted` when it ends. */
export async function generateLoad(
  plan: LoadPlan,
  onCounting: () => void,
  onCounted: () => void,
): Promise<LoadResult> {
  const run: Run = { phase: 'warm-up', errors: 0, latencies: [] };
  const requests = plan.requests.map(({ text, expectedStatus }) => ({
    bytes: Buffer.from(text, 'latin1'),
    expectedStatus,
  }));
  const connections = Array.from({ length: plan.connections }, (_, index) => {
    const start = Math.floor((index * requests.length) / plan.connections);
    return openConnection(plan.port, requests, start, run);
  });
  await pause(plan.warmUpMs);
  await inTime(connections.map(({ answered }) => answered));

  run.phase = 'counting';
  onCounting();
  const startedAt = performance.now();
  await pause(plan.durationMs);
  const seconds = (performance.now() - startedAt) / 1000;
  run.phase = 'over';
  onCounted();

  // A server that still worked for us would slow the next one down.
  await inTime(connections.map(({ closed }) => closed));
  for (const { socket } of connections) socket.destroy();
  const sorted = Float64Array.from(run.latencies).sort();
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    answers: sorted.length,
    errors: run.errors,
    seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  };
}

async function inTime(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.race([Promise.all(promises), pause(PATIENCE_MS, undefined, { ref: false })]);
}

interface WireRequest {
  readonly bytes: Buffer;
  readonly expectedStatus: number;
}

interface Connection {
  readonly socket: Socket;
  /** After the first answer. */
  readonly answered: Promise<void>;
  /** After the last answer. */
  readonly closed: Promise<void>;
}

/** Sends one request after the other until the run is over. */
function openConnection(
  port: number,
  requests: readonly WireRequest[],
  start: number,
  run: Run,
): Connection {
  let next = start;
  let current = requests[0] as WireRequest;
  let sentAt = 0;
  let received: Buffer | undefined;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });

  function send(): void {
    if (run.phase === 'over') {
      socket.destroy();
      return;
    }
    current = requests[next] as WireRequest;
    next = (next + 1) % requests.length;
    sentAt = performance.now();
    socket.write(current.bytes);
  }

  function fail(): void {
    run.errors += 1;
    socket.destroy();
  }

  socket.on('connect', send);
  socket.on('data', (chunk) => {
    received = received ? Buffer.concat([received, chunk]) : chunk;
    const answer = readAnswer(received);
    if (!answer) return;
    received = undefined;
    if (run.phase === 'counting') run.latencies.push(performance.now() - sentAt);
    if (answer.status !== current.expectedStatus) run.errors += 1;
    send();
  });
  socket.on('error', fail);
  socket.on('end', fail);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const hasData = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  return { socket, answered: Promise.race([hasData, closed]), closed };
}

const HEAD_END = '\r\n\r\n';
// "HTTP/1.1 200": three digits after nine characters.
const STATUS_AT = 9;

/** The status of a complete answer; undefined while something is missing. Every peer sends Content-Length. */
function readAnswer(received: Buffer): { status: number } | undefined {
  const headEnd = received.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without Content-Length:\n${head}`);
  if (received.length < headEnd + HEAD_END.length + Number(length)) return undefined;
  return { status: Number(head.slice(STATUS_AT, STATUS_AT + 3)) };
}
