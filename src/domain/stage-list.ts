/** What a list of password stages can be asked for, and where a page stands in it. */
import type { Pagination } from '../contract/types.js';
import { OperationError } from './errors.js';

/** The fields that a list can be ordered by. */
export const ORDERABLE = [
  'name',
  'pk',
  'backends',
  'configure_flow',
  'failed_attempts_before_cancel',
] as const;

export interface Order {
  readonly field: (typeof ORDERABLE)[number];
  readonly isDescending: boolean;
}

/** Which stages, in which order, and which page of them. */
export interface StageListRequest {
  readonly name: string | undefined;
  readonly configureFlow: string | undefined;
  readonly failedAttemptsBeforeCancel: number | undefined;
  /** Each must occur in the name, in either case. */
  readonly words: readonly string[];
  readonly orders: readonly Order[];
  readonly page: number | 'last';
  readonly pageSize: number;
}

/** As in authentik, unknown names are ignored. A name that comes twice adds nothing. */
export function parseOrdering(ordering: string): Order[] {
  const orders = new Map<Order['field'], Order>();
  for (const term of ordering.split(',').map((part) => part.trim())) {
    const isDescending = term.startsWith('-');
    const field = ORDERABLE.find((name) => name === (isDescending ? term.slice(1) : term));
    if (field && !orders.has(field)) orders.set(field, { field, isDescending });
  }
  return [...orders.values()];
}

/** The contract allows whole numbers from 1 and `last`. */
export function parsePage(page: string): number | 'last' {
  return page === 'last' ? page : Number(page);
}

export function parseSearch(search: string): string[] {
  return search.split(/[\s,]+/).filter((word) => word !== '');
}

/** Throws `not_found` for a page beyond the last one; an empty list has one page. */
export function toPagination(count: number, page: number | 'last', pageSize: number): Pagination {
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
