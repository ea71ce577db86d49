/** Whether responses have the shape of one authentik release: a client of that release understands no mixture. */
import { objectsIn } from './check.js';

const SHAPES = [
  // 2023.10 to 2024.6
  { allow_show_password: false, autocomplete: false, background_url: false },
  // 2024.8 to 2025.6
  { allow_show_password: true, autocomplete: false, background_url: false },
  // 2025.8 to 2025.10
  { allow_show_password: true, autocomplete: true, background_url: false },
  // 2025.12 and later
  { allow_show_password: true, autocomplete: true, background_url: true },
] as const;
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
  const fits = SHAPES.some((shape) =>
    FIELDS.every((field) => seen[field].every((isThere) => isThere === shape[field])),
  );
  const mixture = FIELDS.map((field) => `${field} ${describe(seen[field])}`).join(', ');
  return fits ? [] : [`no authentik release returns this mixture: ${mixture}`];
}

function describe(seen: readonly boolean[]): string {
  if (!seen.includes(true)) return 'absent';
  return seen.includes(false) ? 'in some places only' : 'present';
}
