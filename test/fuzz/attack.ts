/** Delivers bytes over a raw socket, in all the ways in which a connection can go wrong. */
import { connect } from 'node:net';
import type { WireResponse } from '../../src/contract/response-checker.js';

export interface Attack {
  /** One character for each byte. */
  readonly text: string;
  /** Of the requests in it, as far as it has any. */
  readonly methods: readonly string[];
  /** Where it is divided into two parts that travel by themselves. */
  readonly cut?: number | undefined;
  /** What the client does after the last byte; later is when nothing more is to be expected. */
  readonly ending?: 'reset' | 'finish' | 'finish later' | undefined;
  /** So many responses end it; undefined: only the server does. */
  readonly until?: number;
}

export interface Outcome {
  readonly responses: readonly WireResponse[];
  /** Nothing of what was waited for came in time. */
  readonly hangs: boolean;
  /** What came cannot be read as responses. */
  readonly isGarbled: boolean;
}

// Longer than the server's deadline for headers, which ends all that is incomplete.
const PATIENCE_MS = 12_000;
const LATER_MS = 300;

export function attack(
  url: string,
  { text, methods, cut, ending, until }: Attack,
): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  const bytes = Buffer.from(text, 'latin1');
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let received = '';
    let later: NodeJS.Timeout | undefined;
    const patience = setTimeout(() => finish(true), PATIENCE_MS);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      if (cut !== undefined) socket.write(bytes.subarray(0, cut));
      // A turn later, so that the parts travel by themselves.
      setImmediate(() => {
        if (ending === 'reset') socket.resetAndDestroy();
        else socket.write(bytes.subarray(cut ?? 0));
        if (ending === 'finish') socket.end();
        if (ending === 'finish later') later = setTimeout(() => socket.end(), LATER_MS);
      });
    });
    socket.on('data', (part) => {
      received += part;
      if (until !== undefined && parse(received, methods).responses.length >= until) finish(false);
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(false));

    function finish(hangs: boolean): void {
      clearTimeout(patience);
      clearTimeout(later);
      socket.destroy();
      resolve({ ...parse(received, methods), hangs });
    }
  });
}

/** Whole responses only; the connection may break in the middle of one. */
function parse(received: string, methods: readonly string[]): Omit<Outcome, 'hangs'> {
  const responses: WireResponse[] = [];
  let rest = received;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) {
      const start = 'HTTP/1.1 ';
      return { responses, isGarbled: !start.startsWith(rest.slice(0, start.length)) };
    }
    const [statusLine = '', ...fields] = rest.slice(0, end).split('\r\n');
    const [, code] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
    if (!code) return { responses, isGarbled: true };
    const status = Number(code);
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const headers = new Headers(
      fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string]),
    );
    const isToHead = methods[responses.length] === 'HEAD';
    // What never became a request has no method: its refusal has a body even if the bytes began with HEAD.
    const isBodiless = status === 204 || status === 304 || (isToHead && !rest.startsWith('{'));
    const length = isBodiless ? 0 : Number(headers.get('content-length') ?? 0);
    if (rest.length < length) return { responses, isGarbled: false };
    const text = Buffer.from(rest.slice(0, length), 'latin1').toString('utf8');
    rest = rest.slice(length);
    responses.push({ status, headers, text });
  }
  return { responses, isGarbled: false };
}
