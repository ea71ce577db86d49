/** The process that generates the load: takes plans from its parent, reports phases and results, ends with the parent. */
import { generateLoad, type LoadPlan, type LoadResult } from './generate.js';

export type LoadMessage =
  | { readonly type: 'counting' }
  | { readonly type: 'counted' }
  | { readonly type: 'result'; readonly result: LoadResult };

const tell = (message: LoadMessage) => process.send?.(message);

process.on('disconnect', () => process.exit());
process.on('message', async (plan: LoadPlan) => {
  const result = await generateLoad(
    plan,
    () => tell({ type: 'counting' }),
    () => tell({ type: 'counted' }),
  );
  tell({ type: 'result', result });
});
