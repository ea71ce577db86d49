import type { FlowSet, FlowSet2025_12 } from '../../generated/schemas.js';
import type { Flow, PasswordStage } from '../../src/contract/types.js';

declare const flow: Flow;
declare const documented: FlowSet;

// @ts-expect-error Property 'background' does not exist on type
export const unknownForm: string = flow.background;

export const image: string = 'background_url' in flow ? flow.background_url : flow.background;

// @ts-expect-error Property 'background_url' is missing in type
export const later: FlowSet2025_12 = documented;

export function hasButton({ allow_show_password }: PasswordStage): boolean {
  // @ts-expect-error Type 'undefined' is not assignable to type 'boolean'
  return allow_show_password;
}
