/** The deployment that is checked, as something that answers requests. */
import type { WireResponse } from '../contract/response-checker.js';

export interface Probe {
  readonly method?: string;
  /** Below the contract's base path. */
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rejects with a NoAnswerError. */
export type Target = (probe: Probe) => Promise<WireResponse>;

export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
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
      throw new NoAnswerError(`no answer: ${reasonOf(error as Error)}`);
    }
  };
}

/** `fetch` itself only says that it failed; of several addresses tried, Node gives no message but a code. */
function reasonOf({ message, cause }: Error): string {
  const reason = cause as NodeJS.ErrnoException | undefined;
  return reason?.message || reason?.code || message;
}
