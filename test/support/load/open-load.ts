/** Starts and ends the process that generates load, so that measuring takes nothing but processor time from the measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './generate.js';
import type { LoadMessage } from './load-process.js';

/** What to do at the moments between which responses are counted. */
export interface LoadPhases {
  onCounting?(): void;
  onCounted?(): void;
}

export interface Load {
  /** Runs one plan at a time. Rejects when the process dies. */
  run(plan: LoadPlan, phases?: LoadPhases): Promise<LoadResult>;
  close(): Promise<void>;
}

export function openLoad(): Load {
  const child = fork(fileURLToPath(new URL('./load-process.js', import.meta.url)));
  return {
    run(plan, phases = {}) {
      return new Promise((resolve, reject) => {
        const died = () => reject(new Error('The process that generates the load died.'));
        child.once('exit', died);
        child.on('message', function listen(message: LoadMessage) {
          if (message.type === 'counting') phases.onCounting?.();
          else if (message.type === 'counted') phases.onCounted?.();
          else {
            child.off('exit', died);
            child.off('message', listen);
            resolve(message.result);
          }
        });
        child.send(plan);
      });
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
