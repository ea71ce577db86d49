/** Compares bodies key by key: the keys of every object, their order on the wire, and the values. */

type Json = Record<string, unknown>;

/** The first difference; nothing if there is none. */
export function findDifference(
  theirs: unknown,
  ours: unknown,
  { unorderedResults = false } = {},
): string | undefined {
  const prepare = (body: unknown) => normalize(body as Json, unorderedResults);
  return difference('', prepare(theirs), prepare(ours));
}

/** authentik leaves the order of flow_set open, and signs URLs of files for a short time. */
function normalize(body: Json, unorderedResults: boolean): Json {
  if (Array.isArray(body.results)) {
    const results = body.results.map((stage) => normalize(stage as Json, false));
    return { ...body, results: unorderedResults ? sorted(results) : results };
  }
  if (!Array.isArray(body.flow_set)) return body;
  const flows = (body.flow_set as Json[]).map((flow) =>
    typeof flow.background_url === 'string'
      ? { ...flow, background_url: flow.background_url.replace(/\?token=[^?]*$/, '') }
      : flow,
  );
  return { ...body, flow_set: sorted(flows) };
}

/** By what identifies a stage or flow, so that a difference is reported where it is. */
function sorted(objects: readonly Json[]): Json[] {
  const keyOf = (object: Json) => `${object.pk} ${JSON.stringify(object)}`;
  return [...objects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function difference(path: string, theirs: unknown, ours: unknown): string | undefined {
  if (JSON.stringify(theirs) === JSON.stringify(ours)) return undefined;
  if (isObject(theirs) && isObject(ours)) {
    const [keys, ourKeys] = [Object.keys(theirs), Object.keys(ours)];
    if (keys.join() !== ourKeys.join()) return `${path} ${describeKeys(keys, ourKeys)}`;
    return first(keys, (key) => difference(`${path}/${key}`, theirs[key], ours[key]));
  }
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const inBoth = theirs.slice(0, ours.length);
    return (
      first(Object.keys(inBoth), (index) =>
        difference(`${path}/${index}`, theirs[Number(index)], ours[Number(index)]),
      ) ?? `${path} expected ${theirs.length} entries, got ${ours.length}`
    );
  }
  return `${path} expected ${brief(theirs)}, got ${brief(ours)}`;
}

function describeKeys(theirs: readonly string[], ours: readonly string[]): string {
  const missing = theirs.filter((key) => !ours.includes(key));
  const surplus = ours.filter((key) => !theirs.includes(key));
  if (missing.length + surplus.length === 0) return `expected the order ${theirs}, got ${ours}`;
  return [
    missing.length > 0 && `lacks ${missing}`,
    surplus.length > 0 && `must not have ${surplus}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function first(
  keys: readonly string[],
  find: (key: string) => string | undefined,
): string | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found) return found;
  }
  return undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const brief = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 120);
