/** What a list of password stages can be asked for, and where a page stands in it. */
import type { Input, Pagination } from '../contract/types.js';
import { OperationError } from './errors.js';

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

export const stripped = (text: string) => text.replace(OUTER_SPACE, '');

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
 * As in authentik, names that are not known are ignored, and without a known one the order is by name. Throws `invalid`
 * for `flow_set`, which is a field without an order.
 */
export function parseOrdering(ordering: string, known: readonly string[]) {
  const orders = ordering.split(',').flatMap((term) => {
    const isDescending = stripped(term).startsWith('-');
    const field = stripped(term).replace(/^-/, '');
    if (field === 'flow_set') {
      throw new OperationError('invalid', 'Query parameter "ordering" cannot order by "flow_set".');
    }
    return known.includes(field) ? [{ field, isDescending }] : [];
  });
  return orders.length > 0 ? orders : [{ field: 'name', isDescending: false }];
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
