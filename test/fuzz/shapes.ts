/** Hostile conversations whose responses are known beforehand: one that merely is documented will not do. */
import { loadContract } from '../../src/contract/contract.js';
import { DEMO } from '../../src/demo/demo.js';
import type { Random } from '../support/random.js';
import { DEMO_TOKENS } from '../support/service.js';
import type { Attack } from './attack.js';
import type { Due } from './judge.js';

/** The server closes the connection after the last response. */
export interface Shape extends Attack, Due {}

const contract = loadContract();
export const STAGE =
  contract.basePath +
  contract.pathOf('stages_password_retrieve').replace('{stage_uuid}', DEMO.stageUuid);
export const LIST = contract.basePath + contract.pathOf('stages_password_list');

interface Parts {
  readonly target?: string;
  readonly token?: string | undefined;
  readonly hosts?: readonly string[];
  readonly headers?: readonly string[];
}

function get({
  target = STAGE,
  hosts = ['localhost'],
  headers = [],
  ...parts
}: Parts = {}): string {
  const token = 'token' in parts ? parts.token : DEMO_TOKENS.administrator;
  const lines = [
    `GET ${target} HTTP/1.1`,
    ...hosts.map((host) => `Host: ${host}`),
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...headers,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8').toString('latin1');
}

/** One request and its response. */
function single(parts: Parts, status: number, count?: number): Shape {
  const headers = ['Connection: close', ...(parts.headers ?? [])];
  const due = { statuses: [[status]], ...(count !== undefined && { count }) };
  return { text: get({ ...parts, headers }), methods: ['GET'], ...due };
}
const listed = (query: string, status: number, count?: number) =>
  single({ target: `${LIST}?${query}` }, status, count);

/** Their statuses differ, so that the order of the responses shows. */
const VALID: readonly (readonly [Parts, status: number])[] = [
  [{}, 200],
  [{ token: DEMO_TOKENS.noPermission }, 403],
  [{ target: `${LIST}?page=9` }, 404],
  [{ headers: ['Accept: text/html'] }, 406],
];
const NUMBERS =
  'Infinity|-Infinity|NaN|1e309|1e1|0x10|0b1|0o7|%205|5%20|+5|%EF%BB%BF5|5%EF%BB%BF|%2B5|5.0|%D9%A5|1_0|5n|--5|-|%09';
const BLANKS = '%20|%09|%0A|%C2%85|%1F|%1C|%C2%A0|%E2%80%A8|%E3%80%80';
const NO_BLANKS = '%EF%BB%BF|%E2%80%8B|%E1%A0%8E|%07';
const UNENCODABLE =
  '%ED%A0%80|%ED%BF%BF|%FF|%C3|%C0%80|%F4%90%80%80|%F0%9F%94%91|%E2%82%AC|%EF%BF%BF';
const LARGE_PAGES = '1001|2147483648|9007199254740993|99999999999999999999';
const PATHS = '%zz|%|%2|%C3|%FF|%u0041|%ED%A0%80';
const BAD_HOSTS = 'a b|a/b|a@b|a?b|a#b|a\\b|[:]|[::1|::1|localhost:x|a%zz|<b>|a"b|{a}|a^b';
const GOOD_HOSTS = 'localhost|127.0.0.1:80|[::1]:8000|a.example.|a_b:1|xn--bcher-kva.example';
const GARBAGE = [
  'GARBAGE\r\n\r\n',
  '\x16\x03\x01\x02\0',
  'GET\r\n\r\n',
  '\0\0\0\0\n\n',
  'X Y Z\r\n\r\n',
];
const BAD_URLS =
  'http://[|http://[::1|HTTPS://[::1]x/livez|http://a:99999/livez|http:///|ftp://a/|livez';
const GOOD_URLS = 'http://localhost|https://other.example:1|HTTP://[::1]:80|http://a_b';
const HALVES = ['G', 'GET /livez HTT', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n'];
const UPGRADES = ['websocket', 'h2c', 'TLS/1.0', 'x'];

/** `etag` is that of the stage. */
export function knownShape(random: Random, etag: string): Shape {
  const one = (choices: string) => random.pick(choices.split('|'));
  const valid = Array.from({ length: 1 + random.below(3) }, () => random.pick(VALID));
  const validText = valid.map(([parts]) => get(parts)).join('');
  const validStatuses = valid.map(([, status]) => status);
  const followed = (text: string, ...last: number[]): Shape => ({
    text: validText + text,
    methods: valid.map(() => 'GET'),
    statuses: last.map((status) => [...validStatuses, status]),
  });
  return random.pick<() => Shape>([
    () => {
      const name = one('failed_attempts_before_cancel|page|page_size');
      return listed(`${name}=${one(NUMBERS)}`, 400);
    },
    () =>
      listed(
        `failed_attempts_before_cancel=${one(`2147483648|-2147483649|1${'0'.repeat(400)}`)}`,
        400,
      ),
    () => listed(`page_size=${one(LARGE_PAGES)}`, 400),
    () => listed(`page=${one('3|2147483648|99999999999999999999')}`, 404),
    () => {
      const length = random.pick([1, 199, 200, 201, 202, 1000]);
      return listed(
        `search=${one('z|%C3%BC|%F0%9F%94%91|%25|%5C|_').repeat(length)}`,
        length > 200 ? 400 : 200,
      );
    },
    () => {
      const isBlank = random.chance(0.5);
      const blank = one(isBlank ? BLANKS : NO_BLANKS);
      const query = random.pick([
        `name=${blank}default-authentication-password${blank}`,
        `search=${blank}default${blank}password`,
      ]);
      return listed(query, 200, isBlank ? 1 : 0);
    },
    () => listed(`${one('name|search')}=${one('|x')}${one(UNENCODABLE)}`, 200, 0),
    () => {
      const count = random.pick([2, 1000, 1001, 1002, 1500]);
      return listed(`${'page=1&'.repeat(count - 1)}name=`, count > 1000 ? 400 : 200);
    },
    () => {
      const target = LIST + one(PATHS) + one('/|x/');
      const { noPermission, ...permitted } = DEMO_TOKENS;
      const isPermitted = random.chance(0.5);
      const token = random.pick(
        isPermitted ? Object.values(permitted) : [noPermission, 'x', undefined],
      );
      return single({ target, token }, isPermitted ? 400 : 403);
    },
    () => single({ hosts: [one(BAD_HOSTS)] }, 400),
    () => single({ hosts: [one(GOOD_HOSTS), 'other.example'] }, 400),
    () => single({ hosts: [one(GOOD_HOSTS)] }, 200),
    () => single({ target: one(BAD_URLS) }, 400),
    () => single({ target: one(GOOD_URLS) + STAGE }, 200),
    // 405 when it comes after the responses before it: then it is a method, and no longer what may be anything.
    () => followed(random.pick(GARBAGE), 400, 405),
    () => ({ ...followed(get({ headers: ['Connection: close'] }), 200), ending: 'finish' }),
    () => {
      const isSilent = random.chance(0.03);
      const shape = followed(random.pick(HALVES), isSilent ? 408 : 400);
      return { ...shape, ending: isSilent ? undefined : 'finish' };
    },
    () => followed('CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n', 400, 405),
    () => {
      const upgrade = ['Connection: Upgrade', `Upgrade: ${random.pick(UPGRADES)}`];
      const last = get({ headers: ['Connection: close'] });
      return {
        text: get({ headers: upgrade }) + validText + last,
        methods: ['GET', ...valid.map(() => 'GET'), 'GET'],
        statuses: [[200], [200, ...validStatuses, 200]],
      };
    },
    () =>
      single({ headers: [`If-None-Match: ${one('"a,*,b"|"*"|W/"a,b"|"",""|"a, b" , "c"')}`] }, 200),
    () => single({ headers: [`If-None-Match: "a${one(',|, ')}${etag}${one(',| ,')}b"`] }, 200),
    () =>
      single(
        { headers: [`If-None-Match: ${one('"a,b", |W/"*,", |,|')}${etag}${one('|, "x"|,')}`] },
        304,
      ),
    () => single({ headers: ['If-None-Match: *'] }, 304),
  ])();
}
