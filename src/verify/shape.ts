/** Whether responses have the shape of one authentik release: a client of that release understands no mixture. */
import { objectsIn } from './check.js';

/** In the order in which authentik has added them: in 2024.8, 2025.8 and 2025.12, the last in the place of another. */
const FIELDS = ['allow_show_password', 'autocomplete', 'background_url'] as const;

/** What is wrong with the fields of a page of stages and of one more stage, taken together. Empty: nothing. */
export function findMixture(page: object, other: object): string[] {
  const stages = [...objectsIn(page, 'results'), other];
  const flows = stages.flatMap((stage) => objectsIn(stage, 'flow_set'));
  const seen = {
    allow_show_password: stages.map((stage) => 'allow_show_password' in stage),
    autocomplete: ['autocomplete' in page],
    background_url: flows.map((flow) => 'background_url' in flow),
  };
  const fits = [0, 1, 2, 3].some((added) =>
    FIELDS.every((field, index) => seen[field].every((isThere) => isThere === index < added)),
  );
  const mixture = FIELDS.map((field) => `${field} ${describe(seen[field])}`).join(', ');
  return fits ? [] : [`no authentik release returns this mixture: ${mixture}`];
}

function describe(seen: readonly boolean[]): string {
  if (!seen.includes(true)) return 'absent';
  return seen.includes(false) ? 'in some places only' : 'present';
}
