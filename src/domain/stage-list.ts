/** What a list of password stages can be asked for, and where a page stands in it. */
import type { Input, Pagination } from '../contract/types.js';
import { OperationError } from './errors.js';

/** The fields that a list can be ordered by. */
const ORDERABLE = [
  'name',
  'pk',
  'backends',
  'configure_flow',
  'failed_attempts_before_cancel',
  'allow_show_password',
] as const;

export interface Order {
  readonly field: (typeof ORDERABLE)[number];
  readonly isDescending: boolean;
}

export type Page = number | 'last';

/** The query of a list; each release reads it by its own rules. */
export type StageListRequest = Omit<Input<'stages_password_list'>['query'], 'page'> & { readonly page: Page };

/** Python's `str.isspace`, for authentik strips and splits by it. Unlike JavaScript's `\s`: no U+FEFF, but controls. */
const SPACE = String.raw`\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const OUTER_SPACE = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const SEPARATORS = new RegExp(`[${SPACE},]+`);
/** Quoted phrases with what stands directly around them, or a run without spaces: Django's `smart_split`. */
const PHRASES = new RegExp(
  String.raw`[^${SPACE}'"]*(?:(?:"(?:[^"\\]|\\[^\n])*"|'(?:[^'\\]|\\[^\n])*')[^${SPACE}'"]*)+|[^${SPACE}]+`,
  'g',
);

export function stripped(text: string): string {
  return text.replace(OUTER_SPACE, '');
}

/** Until 2025.6 a search is split into words; since 2025.8 quotes make phrases. */
export type SearchSyntax = 'words' | 'phrases';

/** The texts that must each occur in a name. */
export function parseSearch(search: string, syntax: SearchSyntax): string[] {
  const terms = syntax === 'words' ? search.split(SEPARATORS) : toPhrases(search);
  return terms.filter((term) => term !== '');
}

/** As Django REST framework's `search_smart_split`. */
function toPhrases(search: string): string[] {
  return [...search.matchAll(PHRASES)].flatMap(([found]) => {
    const term = found.replace(/^,+|,+$/g, '');
    const [quote] = /^["']/.exec(term) ?? [];
    if (!quote || !term.endsWith(quote)) return term.split(',').map(stripped);
    return term.slice(1, -1).replaceAll(`\\${quote}`, quote).replaceAll('\\\\', '\\');
  });
}

/**
 * As in authentik, unknown names are ignored, and without a known one the order is by name. Throws `invalid` for
 * `flow_set`, which is a field without an order.
 */
export function parseOrdering(ordering: string, hasAllowShowPassword: boolean): Order[] {
  const known = ORDERABLE.filter((field) => field !== 'allow_show_password' || hasAllowShowPassword);
  const orders = new Map<Order['field'], Order>();
  for (const term of ordering.split(',').map(stripped)) {
    const name = term.replace(/^-/, '');
    if (name === 'flow_set') {
      throw new OperationError('invalid', 'Query parameter "ordering" cannot order by "flow_set".');
    }
    const field = known.find((orderable) => orderable === name);
    if (field && !orders.has(field)) orders.set(field, { field, isDescending: name !== term });
  }
  return orders.size > 0 ? [...orders.values()] : [{ field: 'name', isDescending: false }];
}

/** Until 2025.10 authentik has no limit of its own. */
const MAX_PAGE_SIZE = 1000;

/** Throws `invalid` for a size that is too large. Not for releases whose tenants have a maximum. */
export function assertPageSize(pageSize: number | undefined): void {
  if (pageSize === undefined || pageSize <= MAX_PAGE_SIZE) return;
  throw new OperationError('invalid', `Query parameter "page_size" must be at most ${MAX_PAGE_SIZE}.`);
}

/** Throws `not_found` for a page beyond the last one; an empty list has one page. */
export function toPagination(count: number, page: Page, pageSize: number): Pagination {
  const totalPages = Math.max(1, Math.ceil(count / pageSize));
  const current = page === 'last' ? totalPages : page;
  if (current > totalPages) throw new OperationError('not_found', 'Invalid page.');
  return {
    next: current < totalPages ? current + 1 : 0,
    previous: current - 1,
    count,
    current,
    total_pages: totalPages,
    start_index: count === 0 ? 0 : (current - 1) * pageSize + 1,
    end_index: Math.min(current * pageSize, count),
  };
}
