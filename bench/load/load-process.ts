/** The process that generates the load: takes a plan from its parent, tells the phases and the result. */
import { generateLoad, type LoadPlan, type LoadResult } from './generate-load.js';

export type LoadMessage =
  | { readonly type: 'counting' }
  | { readonly type: 'counted' }
  | { readonly type: 'result'; readonly result: LoadResult };

const tell = (message: LoadMessage) => process.send?.(message);

process.on('message', async (plan: LoadPlan) => {
  const result = await generateLoad(
    plan,
    () => tell({ type: 'counting' }),
    () => tell({ type: 'counted' }),
  );
  tell({ type: 'result', result });
});
