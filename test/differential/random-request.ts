/** Requests that have something to do with a world. */
import type { Random } from '../support/random.js';
import { expectedResponse, type Request } from './authentik.js';
import type { World } from './random-world.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const NUMBERS = '5|5|0|-0|-1|2147483647|-2147483648|';
const ODD_NUMBERS = '2147483648|x|5.0| 5|1e1|0x5|Infinity|+5|\ufeff5';
const PAGES = '1|2|2|3|last|last|02||';
const ODD_PAGES = '0|-1|LAST|1.0| 1|99999999999999999999';
const SIZES = '1|2|3|05|20|1000|1001||';
const ODD_SIZES = '0|-1|x|1e1|0x2|Infinity|1e309|99999999999999999999';
const FIELDS = 'name|pk|backends|configure_flow|failed_attempts_before_cancel|allow_show_password';
const BLANKS = [' ', '\t', '\u00a0', '\u0085', '\u001f', '\ufeff', '\u2028', ','];

/** Makes requests: a list for each credential, then any, most of them of callers who see several stages. */
export function createRequests(random: Random, world: World): () => Request {
  const keys = [
    ...world.tokens.map(({ key }) => key),
    ...world.accessTokens.map(({ token }) => token),
  ];
  const toList = (key: string) => ({
    ...{ authorization: `Bearer ${key}`, stage: undefined, query: [] },
  });
  const seers = keys.filter((key) =>
    /internal_error|"count":(?![01],)/.test(expectedResponse(world, toList(key)).body),
  );
  const untried = [...new Set(keys)];
  return () => {
    const next = untried.pop();
    if (next) return toList(next);
    const key = random.pick(seers.length > 0 && random.chance(0.75) ? seers : keys);
    const authorization = random.chance(0.85) ? `Bearer ${key}` : oddAuthorization(random, key);
    if (random.chance(0.6)) {
      const some = Array.from({ length: random.below(4) }, () => randomParameters(random, world));
      return { authorization, stage: undefined, query: some.flat() };
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

/** Most are valid, since one that is not makes the others meaningless. */
function randomParameters(random: Random, world: World): [name: string, value: string][] {
  const mostly = (usual: readonly string[], odd: readonly string[]) =>
    random.pick(random.chance(0.93) ? usual : odd);
  const nameOf = () => random.pick(world.stages)?.name ?? 'x';
  const partOf = (name: string) => {
    const start = random.below(name.length);
    return [...name].slice(start, start + 1 + random.below(4)).join('');
  };
  const name = nameOf();
  const [part, other] = [partOf(name), partOf(random.chance(0.5) ? name : nameOf())];
  const blank = random.pick(BLANKS);
  const flow = random.pick(world.flows)?.flow_uuid ?? UNKNOWN;
  const field = () =>
    random.pick(['', '', '-', '-', ' ', ' -', '--']) +
    mostly(FIELDS.split('|'), ['flow_set', 'nope', '']);
  return random.pick<() => [name: string, value: string][]>([
    () => {
      const usual = [name, name, `${blank}${name}${blank}`, name.toUpperCase(), part];
      return [['name', mostly(usual, [blank, 'a\0'])]];
    },
    () => [['configure_flow', mostly([flow, flow.toUpperCase(), ''], [UNKNOWN, 'x'])]],
    () => [['failed_attempts_before_cancel', mostly(NUMBERS.split('|'), ODD_NUMBERS.split('|'))]],
    () => [['allow_show_password', mostly(['true', 'false', 'TRUE', 'False'], ['x', '1'])]],
    () => {
      const words = [part + blank + other, blank + part + blank];
      return [['search', random.pick([part, part.toLowerCase(), part.toUpperCase(), ...words])]];
    },
    () => {
      const phrases = [`"${part}"`, `'${part}'`, JSON.stringify(name), `,"${part}",`];
      return [['search', random.pick([...phrases, `"${part}`, `x"${part}" "`])]];
    },
    () => [['search', mostly(['%', '_', '\\', '🔑'.repeat(200)], ['x'.repeat(201), 'x\0'])]],
    () => [['ordering', Array.from({ length: 1 + random.below(3) }, field).join()]],
    () => [['ordering', field()]],
    () => [
      ['page', mostly(PAGES.split('|'), ODD_PAGES.split('|'))],
      ['page_size', mostly(SIZES.split('|'), ODD_SIZES.split('|'))],
    ],
    () => [[random.chance(0.2) ? 'nope' : 'page', '']],
  ])();
}
