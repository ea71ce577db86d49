/** Gives processes a share of a core each, so that a machine without a free core shows what one would bring. */

// Short enough that a batch of requests hardly notices, long enough for timers.
const PERIOD_MS = 30;
const POLL_MS = 2;

export interface Throttle {
  /** Lets the processes run freely again. */
  stop(): void;
}

/** Stops and continues the processes in turn: each runs for its share of every period, and not all at the same time. */
export function throttle(pids: readonly number[], share: number): Throttle {
  const isRunning = pids.map(() => true);
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const periods = (performance.now() - startedAt) / PERIOD_MS;
    pids.forEach((pid, index) => {
      const mayRun = (periods + index / pids.length) % 1 < share;
      if (mayRun === isRunning[index]) return;
      isRunning[index] = mayRun;
      process.kill(pid, mayRun ? 'SIGCONT' : 'SIGSTOP');
    });
  }, POLL_MS);
  return {
    stop() {
      clearInterval(timer);
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    },
  };
}
