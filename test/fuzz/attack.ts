/** Delivers hostile requests over raw sockets, in all the ways in which a connection can go wrong. */
import { connect } from 'node:net';
import type { WireResponse } from '../../src/contract/response-checker.js';
import type { HostileRequest } from './hostile-request.js';
import type { Random } from '../support/random.js';

export interface Outcome {
  readonly answers: readonly WireResponse[];
  /** Neither an answer nor the end of the connection came in time. */
  readonly hangs: boolean;
  /** What came cannot be read as answers. */
  readonly isGarbled: boolean;
}

// Longer than the server's deadline for headers, which ends all that is incomplete.
const PATIENCE_MS = 5000;

export function attack(
  url: string,
  requests: readonly HostileRequest[],
  random: Random,
): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  const bytes = Buffer.from(requests.map(({ text }) => text).join(''), 'latin1');
  const isTruncated = random.chance(0.03);
  const sent = isTruncated ? bytes.subarray(0, random.below(bytes.length)) : bytes;
  const leaves = random.chance(0.02);
  const cuts = random.chance(0.1) ? [random.below(sent.length + 1)] : [];
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let received = '';
    const patience = setTimeout(() => finish(true), PATIENCE_MS);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      let start = 0;
      for (const cut of cuts) {
        socket.write(sent.subarray(start, cut));
        start = cut;
      }
      // A turn later, so that the parts travel by themselves.
      setImmediate(() => {
        if (leaves) socket.resetAndDestroy();
        else socket.write(sent.subarray(start));
      });
    });
    socket.on('data', (text) => {
      received += text;
      if (parse(received, requests).answers.length >= requests.length) finish(false);
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(false));

    function finish(hangs: boolean): void {
      clearTimeout(patience);
      socket.destroy();
      resolve({ ...parse(received, requests), hangs });
    }
  });
}

/** Whole answers only; the connection may break in the middle of one. */
function parse(received: string, requests: readonly HostileRequest[]): Omit<Outcome, 'hangs'> {
  const answers: WireResponse[] = [];
  let rest = received;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0)
      return {
        answers,
        isGarbled: !'HTTP/1.1 '.startsWith(rest.slice(0, 9)) && !rest.startsWith('HTTP/1.1 '),
      };
    const [statusLine = '', ...fields] = rest.slice(0, end).split('\r\n');
    const [, code] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
    if (!code) return { answers, isGarbled: true };
    const status = Number(code);
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const headers = new Headers(
      fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string]),
    );
    const isToHead = requests[answers.length]?.method === 'HEAD';
    // What never became a request has no method: its refusal has a body even if the bytes began with HEAD.
    const isBodiless = status === 204 || status === 304 || (isToHead && !rest.startsWith('{'));
    const length = isBodiless ? 0 : Number(headers.get('content-length') ?? 0);
    if (rest.length < length) return { answers, isGarbled: false };
    const text = Buffer.from(rest.slice(0, length), 'latin1').toString('utf8');
    rest = rest.slice(length);
    answers.push({ status, headers, text });
  }
  return { answers, isGarbled: false };
}
