/** Requests that have something to do with a world. */
import type { Random } from '../support/random.js';
import { expectedResponse, type Request } from './authentik.js';
import type { World } from './random-world.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const NUMBERS =
  '5|5|0|-0|-1|2147483647|-2147483648|2147483648|x|5.0| 5|1e1|0x5|Infinity|+5|\ufeff5|';
const PAGES = '1|2|2|3|last|last||0|-1|LAST|02|1.0| 1|99999999999999999999';
const SIZES = '1|2|3|05|20|1000|1001||0|-1|x|1e1|0x2|Infinity|1e309|99999999999999999999';
const FIELDS =
  'name|pk|backends|configure_flow|failed_attempts_before_cancel|allow_show_password|flow_set|';
const BLANKS = [' ', '\t', '\u00a0', '\u0085', '\u001f', '\ufeff', '\u2028', ','];

/** Makes requests, half of them of callers who may view stages. */
export function createRequests(random: Random, world: World): () => Request {
  const keys = [
    ...world.tokens.map(({ key }) => key),
    ...world.accessTokens.map(({ token }) => token),
  ];
  const permitted = keys.filter((key) => {
    const request = { authorization: `Bearer ${key}`, stage: undefined, query: [] };
    return expectedResponse(world, request).status !== 403;
  });
  return () => {
    const isPermitted = permitted.length > 0 && random.chance(0.6);
    const key = random.pick(isPermitted ? permitted : keys);
    const authorization = random.chance(0.85) ? `Bearer ${key}` : oddAuthorization(random, key);
    if (random.chance(0.6)) {
      const query = Array.from({ length: random.below(4) }, () => randomParameter(random, world));
      return { authorization, stage: undefined, query };
    }
    const id = random.pick(world.stages)?.stage_uuid ?? UNKNOWN;
    const odd = [id.toUpperCase(), UNKNOWN, id.replaceAll('-', ''), `%7B${id}%7D`, 'x'];
    const stage = random.chance(0.7) ? id : random.pick(odd);
    return { authorization, stage, query: random.chance(0.05) ? [['name', 'x']] : [] };
  };
}

function oddAuthorization(random: Random, key: string): string | undefined {
  return random.pick([
    ...[`bearer ${key}`, `BEARER ${key}`, ` Bearer ${key} `, `Bearer ${key.toUpperCase()}`],
    ...[`Bearer ${key}x`, `Bearer  ${key}`, `Bearer\t${key}`, `Basic ${key}`, `${key}x`],
    ...[undefined, '', 'Bearer', 'Bearer '],
  ]);
}

function randomParameter(random: Random, world: World): [name: string, value: string] {
  const name = random.pick(world.stages)?.name ?? 'x';
  const [start, length] = [random.below(name.length), random.below(name.length + 1)];
  const part = [...name].slice(start, start + length).join('');
  const blank = random.pick(BLANKS);
  const words = part.split(/[ -]/).reverse().join(blank);
  const flow = random.pick(world.flows)?.flow_uuid ?? UNKNOWN;
  const field = () => random.pick(['', '', '-', ' ', '--']) + random.pick(FIELDS.split('|'));
  return random.pick<() => [name: string, value: string]>([
    () => ['name', random.pick([name, name, `${blank}${name}${blank}`, part, blank, 'a\0'])],
    () => ['configure_flow', random.pick([flow, flow, flow.toUpperCase(), UNKNOWN, 'x', ''])],
    () => ['failed_attempts_before_cancel', random.pick(NUMBERS.split('|'))],
    () => ['allow_show_password', random.pick(['true', 'false', 'TRUE', 'False', 'x', '1'])],
    () => ['search', random.pick([part, words, blank + words + blank, part.toLowerCase()])],
    () => [
      'search',
      random.pick([`"${part}"`, `'${part}'`, `"${part}`, `x"${part}" "`, `,"${part}",`]),
    ],
    () => [
      'search',
      random.pick(['"a\\"b"', '🔑'.repeat(200), 'x'.repeat(201), 'x\0', '%', '_', '\\']),
    ],
    () => ['ordering', Array.from({ length: random.below(4) }, field).join()],
    () => ['page', random.pick(PAGES.split('|'))],
    () => ['page_size', random.pick(SIZES.split('|'))],
    () => [random.chance(0.1) ? 'nope' : 'page', ''],
  ])();
}
