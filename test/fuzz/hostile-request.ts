/** What a hostile or a broken client may send. */
import type { Random } from '../support/random.js';
import { LIST, STAGE } from './shapes.js';

export interface HostileRequest {
  /** One character for each byte. */
  readonly text: string;
  readonly method: string;
}

const METHODS =
  'OPTIONS|POST|PUT|PATCH|DELETE|TRACE|CONNECT|PROPFIND|M-SEARCH|PURGE|get|Get|GET\t|FOO||\0|ü';
const VERSIONS = 'HTTP/1.1|HTTP/1.1|HTTP/1.1|HTTP/1.0|HTTP/0.9|HTTP/2.0|http/1.1|HTTP/1|';
const ESCAPES = '%00|%2e%2e|%2F|%zz|%|%ff%fe|%C0%AF|%252e|..|//|\\|;a=b|\0|ÿ| |{|😀';
const QUERIES =
  `?|?a=b|?a[]=1&a[b]=2|?__proto__[x]=1|?page=2|?page_size=-1|?ordering=name|?search=%00|?%|#x` +
  `|?${'a&'.repeat(500)}`;
const TOKENS = `' OR 1=1 --|\0|ü|%s%n|../../etc/passwd|{{7*7}}|\x7f|null|🔑| |\t`;
const SCHEMES = 'Bearer|bearer|BEARER|Basic|Digest|Token|Bearer Bearer||Bearer\t';
const HEADERS =
  'Accept: application/json|Accept: text/html|Accept: */*;q=0|Accept: ,;,=' +
  '|Accept: application/json; indent=4|Accept-Encoding: gzip, br|Content-Encoding: gzip' +
  '|Content-Type: application/json|Content-Type: multipart/form-data; boundary=x' +
  '|Content-Type: text/plain; charset=utf-7|If-None-Match: *|If-None-Match: W/"x", "y"' +
  '|If-Modified-Since: yesterday|Range: bytes=0-1,5-|Expect: 100-continue|Expect: the unexpected' +
  '|Connection: close|Connection: keep-alive, Upgrade|Connection: authorization' +
  '|Upgrade: websocket|Upgrade: h2c|HTTP2-Settings: AAMAAABkAAQAAP__|Trailer: X|TE: trailers' +
  '|X-HTTP-Method-Override: DELETE|X-Forwarded-For: 127.0.0.1|X-Original-URL: /admin' +
  '|Host: other|Host: a b|Cookie: a=b; a=c|Transfer-Encoding: chunked|Transfer-Encoding: identity' +
  '|Transfer-Encoding: chunked, chunked|Transfer-Encoding : chunked|Content-Length: 0' +
  '|Content-Length: 3|Content-Length: -1|Content-Length: 99999999999999999999' +
  '|Content-Length: 0x10|no colon|: no name|X\0Y: z|X: a\0b|X: a\rb|X: a\r\n folded|X-Ünïcode: ü' +
  '|__proto__: x|constructor: x';
const BODIES =
  '|||||||abc|0\r\n\r\n|3\r\nabc\r\n0\r\n\r\n|3\r\nabc\r\n0\r\nX: y\r\n\r\n|zz\r\n' +
  '|fffffffffffffffff\r\n|{"a":1}';

/** Often all but right, so that it gets far before it fails. */
export function hostileRequest(random: Random, tokens: readonly string[]): HostileRequest {
  if (random.chance(0.02)) return { text: random.bytes(1 + random.below(300)), method: '' };
  const method = random.chance(0.75)
    ? random.pick(['GET', 'GET', 'GET', 'HEAD'])
    : pick(random, METHODS);
  const target = random.chance(0.5) ? STAGE : hostileTarget(random);
  const head = [
    `${method} ${target} ${random.chance(0.9) ? 'HTTP/1.1' : pick(random, VERSIONS)}`,
    ...(random.chance(0.97) ? ['Host: localhost'] : []),
    ...authorization(random, tokens),
    ...Array.from({ length: random.below(3) }, () => hostileHeader(random)),
  ];
  const end = random.chance(0.97) ? '\r\n' : random.pick(['\n', '\r', '\n\r']);
  return { text: head.join(end) + end + end + pick(random, BODIES), method };
}

function hostileTarget(random: Random): string {
  const whole = random.pick([STAGE, STAGE, LIST, '/api/v3', '/', '*', '/readyz', '']);
  const target = random.chance(0.5) ? mutate(random, whole) : whole;
  const prefix = random.chance(0.05)
    ? random.pick(['http://other', 'https://a:99', 'ftp://', '//x'])
    : '';
  const rest = random.chance(0.01) ? 'a'.repeat(random.below(40_000)) : '';
  return prefix + target + rest + (random.chance(0.3) ? pick(random, QUERIES) : '');
}

function mutate(random: Random, text: string): string {
  let mutated = text;
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const at = random.below(mutated.length + 1);
    const replaced = random.below(3);
    mutated = mutated.slice(0, at) + pick(random, ESCAPES) + mutated.slice(at + replaced);
  }
  return Buffer.from(mutated, 'utf8').toString('latin1');
}

function authorization(random: Random, tokens: readonly string[]): string[] {
  if (random.chance(0.15)) return [];
  const header = () => {
    const token = random.chance(0.7) ? random.pick(tokens) : hostileToken(random);
    const scheme = random.chance(0.85) ? 'Bearer' : pick(random, SCHEMES);
    return `Authorization: ${scheme} ${token}`;
  };
  return random.chance(0.05) ? [header(), header()] : [header()];
}

function hostileToken(random: Random): string {
  if (random.chance(0.05)) return 'x'.repeat(random.below(40_000));
  return Buffer.from(pick(random, TOKENS), 'utf8').toString('latin1') + random.below(1000);
}

function hostileHeader(random: Random): string {
  if (random.chance(0.1))
    return `Content-Type: application/x-${random.below(1e9)}; v=${random.next()}`;
  if (random.chance(0.02)) return `X: ${'y'.repeat(random.below(40_000))}`;
  if (random.chance(0.01)) return `${'A: b\r\n'.repeat(random.below(3000))}A: b`;
  if (random.chance(0.05)) return `X-Bytes: ${random.bytes(random.below(50))}`;
  return pick(random, HEADERS);
}

const pick = (random: Random, choices: string) => random.pick(choices.split('|'));
