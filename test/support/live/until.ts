import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits until the condition holds. Rejects with its name when the time is over. */
export async function until(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${condition}`);
    }
    await pause(POLL_MS);
  }
}
