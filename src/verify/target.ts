/** The deployment that is checked, as something that returns responses to requests. */
import type { WireResponse } from '../contract/response-checker.js';

export interface Probe {
  readonly method?: string;
  /** Below the contract's base path. */
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rejects with a NoResponseError. */
export type Target = (probe: Probe) => Promise<WireResponse>;

export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/** `address` is the deployment's own, the base path included. */
export function createTarget(address: string, timeoutMs: number): Target {
  return async ({ method = 'GET', path, token, headers = {} }) => {
    try {
      const response = await fetch(address + path, {
        method,
        headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { status } = response;
      return { status, headers: response.headers, text: await response.text() };
    } catch (error) {
      // `fetch` and `AbortSignal` throw nothing but errors.
      const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
      if (name === 'TimeoutError') throw new NoResponseError(`no response in ${timeoutMs / 1000} s`);
      // `fetch` itself only says that it failed; of several addresses tried, Node gives no message but a code.
      throw new NoResponseError(`no response: ${cause?.message || cause?.code || message}`);
    }
  };
}
