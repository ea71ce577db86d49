/** Sends requests over keep-alive connections, each waiting for its answer, and measures every one of them. */
import { connect, type Socket } from 'node:net';

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
  /** Answers in this first time are not counted. */
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

interface Tally {
  isCounting: boolean;
  isOver: boolean;
  errors: number;
  readonly latencies: number[];
}

/** `onCounting` is called when the warm-up is over, `onCounted` when the measured time is. */
export async function generateLoad(
  plan: LoadPlan,
  onCounting: () => void,
  onCounted: () => void,
): Promise<LoadResult> {
  const tally: Tally = { isCounting: false, isOver: false, errors: 0, latencies: [] };
  const requests = plan.requests.map(({ text, expectedStatus }) => ({
    bytes: Buffer.from(text, 'latin1'),
    expectedStatus,
  }));
  const sockets = Array.from({ length: plan.connections }, (_, index) => {
    const start = Math.floor((index * requests.length) / plan.connections);
    return runConnection(plan.port, requests, start, tally);
  });
  await pause(plan.warmUpMs);
  tally.isCounting = true;
  onCounting();
  const startedAt = performance.now();
  await pause(plan.durationMs);
  tally.isOver = true;
  const seconds = (performance.now() - startedAt) / 1000;
  onCounted();
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(tally.latencies).sort();
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    answers: sorted.length,
    errors: tally.errors,
    seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface WireRequest {
  readonly bytes: Buffer;
  readonly expectedStatus: number;
}

function runConnection(
  port: number,
  requests: readonly WireRequest[],
  start: number,
  tally: Tally,
): Socket {
  let next = start;
  let current = requests[0] as WireRequest;
  let sentAt = 0;
  let received: Buffer | undefined;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });

  function send(): void {
    current = requests[next] as WireRequest;
    next = (next + 1) % requests.length;
    sentAt = performance.now();
    socket.write(current.bytes);
  }

  function fail(): void {
    if (!tally.isOver) tally.errors += 1;
    socket.destroy();
  }

  socket.on('connect', send);
  socket.on('data', (chunk) => {
    received = received ? Buffer.concat([received, chunk]) : chunk;
    const answer = readAnswer(received);
    if (!answer) return;
    received = undefined;
    if (tally.isOver) return;
    if (tally.isCounting) tally.latencies.push(performance.now() - sentAt);
    if (answer.status !== current.expectedStatus) tally.errors += 1;
    send();
  });
  socket.on('error', fail);
  socket.on('end', fail);
  return socket;
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
