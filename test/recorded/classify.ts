/** Compares our answer with authentik's, and names the decided difference when there is one. */
import { isDeepStrictEqual } from 'node:util';
import type { OurAnswer, RecordedCase } from './case.js';

/** Differences that were decided, by the names that the recordings give them. */
export type Difference =
  | 'uuid-spelling'
  | 'undeclared-query'
  | 'method'
  | 'html'
  | 'anonymous'
  | 'locale'
  | 'authentik500'
  | 'outside-the-contract'
  | 'upper-case-object-pk'
  | 'newer-fields'
  | 'pretty'
  | 'error-text';

export type Verdict = 'agrees' | Difference | { readonly problem: string };

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `fitsContract` tells whether a body of authentik's could be expressed in the contract. */
export function classify(
  recorded: RecordedCase,
  ours: OurAnswer,
  fitsContract: (body: unknown) => boolean,
): Verdict {
  const { expect, method } = recorded;
  if (method === 'OPTIONS') return ours.status === 204 ? 'method' : problem(recorded, ours);
  if (method !== 'GET' && method !== 'HEAD') {
    if (ours.status !== 405) return problem(recorded, ours);
    return expect.html ? 'html' : 'method';
  }
  if (ours.status !== expect.status)
    return decided(recorded, ours, fitsContract) ?? problem(recorded, ours);
  if (expect.html) return 'html';
  if (expect.empty) return ours.text === '' ? 'agrees' : problem(recorded, ours);
  if (ours.status !== 200) return 'error-text';
  return compareBodies(recorded, ours);
}

function decided(
  recorded: RecordedCase,
  ours: OurAnswer,
  fitsContract: (body: unknown) => boolean,
): Difference | undefined {
  const { expect, path, headers } = recorded;
  const [pathname = '', query] = path.split('?');
  const segment = safeDecode(pathname.replace(/^.*\/stages\/password\//, '').replace(/\/$/, ''));
  const hidden = [200, 404].includes(expect.status);
  if (recorded.authentik500)
    return ours.status >= 400 && ours.status < 500 ? 'authentik500' : undefined;
  if (ours.status === 403 && !/^\s*bearer \S/i.test(headers.Authorization ?? ''))
    return 'anonymous';
  if (query !== undefined && isRefusedQuery(ours.status, expect.status)) return 'undeclared-query';
  if (ours.status === 400 && !CANONICAL.test(segment) && hidden) return 'uuid-spelling';
  if (ours.status === 403 && recorded.name.includes('objpk-upper')) return 'upper-case-object-pk';
  if (ours.status === 500 && expect.status === 200 && !fitsContract(expect.body)) {
    return 'outside-the-contract';
  }
  return undefined;
}

/** authentik filters by the query, in 2025.10 and later before it looks at permissions; we refuse it after. */
function isRefusedQuery(ours: number, theirs: number): boolean {
  return ours === 400
    ? [200, 403, 404].includes(theirs)
    : ours === 403 && [400, 404].includes(theirs);
}

type Json = Record<string, unknown>;

function compareBodies(recorded: RecordedCase, ours: OurAnswer): Verdict {
  const theirs = recorded.expect.body as Json;
  const mine = JSON.parse(ours.text) as Json;
  if (sameStage(mine, theirs)) {
    const isPretty = /indent=/.test(recorded.headers.Accept ?? '');
    return isPretty && recorded.expect.rawBody !== ours.text ? 'pretty' : 'agrees';
  }
  const reduced = toContract(theirs);
  if (sameStage(mine, reduced)) return 'newer-fields';
  if (recorded.brandLocale && sameStage(inEnglish(mine), inEnglish(reduced))) return 'locale';
  return problem(recorded, ours);
}

/** Without the fields that later releases added, and under the old name for the one they renamed. */
export function toContract(body: Json): Json {
  const { allow_show_password: _dropped, ...stage } = body;
  const flows = (stage.flow_set as Json[]).map((flow) => {
    if (!('background_url' in flow)) return flow;
    const { background_url: url, ...rest } = flow;
    return { ...rest, background: String(url).replace(/\?token=[^?]*$/, '') };
  });
  return { ...stage, flow_set: flows };
}

function inEnglish(stage: Json): Json {
  return { ...stage, verbose_name: '', verbose_name_plural: '' };
}

/** authentik's order of flow_set is whatever the table scan gives. */
function sameStage(mine: Json, theirs: Json): boolean {
  return isDeepStrictEqual(withSortedFlows(mine), withSortedFlows(theirs));
}

function withSortedFlows(stage: Json): Json {
  const flows = [...(stage.flow_set as Json[])];
  const keyOf = (flow: Json) => JSON.stringify(Object.entries(flow).sort());
  flows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { ...stage, flow_set: flows };
}

function problem({ expect }: RecordedCase, ours: OurAnswer): Verdict {
  return {
    problem: `expected ${expect.status} ${JSON.stringify(expect.body)}\n      got ${ours.status} ${ours.text}`,
  };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
