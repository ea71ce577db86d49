/** Compares bodies key by key: the keys of every object, their order on the wire, and the values. */

type Json = Record<string, unknown>;

/** The first difference; nothing if there is none. */
export function findDifference(
  theirs: unknown,
  ours: unknown,
  { unorderedResults = false } = {},
): string | undefined {
  const prepare = (body: unknown) => normalize(body as Json, unorderedResults);
  return firstDifference(prepare(theirs), prepare(ours));
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

/** Both as lines of a path and a value each: their order is that of the keys on the wire. */
export function firstDifference(theirs: unknown, ours: unknown): string | undefined {
  const [expected, got] = [toLines('', theirs), toLines('', ours)];
  const index = expected.findIndex((line, position) => line !== got[position]);
  if (index < 0 && expected.length === got.length) return undefined;
  const brief = (line = 'nothing more') => line.slice(0, 120);
  const position = index < 0 ? expected.length : index;
  return `expected ${brief(expected[position])}, got ${brief(got[position])}`;
}

function toLines(path: string, value: unknown): string[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) return [`${path} ${JSON.stringify(value)}`];
  return entries.flatMap(([key, inner]) => toLines(`${path}/${key}`, inner));
}
