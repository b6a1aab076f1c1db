import { GCProfiler } from 'node:v8'

/**
 * The share of young objects, 0 to 1, that collections of them found alive while `work` was done. What it makes and lets go of
 * should be garbage by then; what survives twice stays until a full collection.
 *
 * @throws when nothing was collected: then it is too little work
 */
export async function shareSurviving(work: () => Promise<void>): Promise<number> {
  const profiler = new GCProfiler()
  profiler.start()
  await work()
  const { statistics } = profiler.stop()
  const young = statistics.filter(({ gcType }) => gcType === 'Scavenge')
  if (young.length === 0) throw new Error('Nothing was collected')
  const collected = sum(young.map(({ beforeGC }) => youngBytes(beforeGC)))
  const freed = sum(young.map(({ beforeGC, afterGC }) => usedBytes(beforeGC) - usedBytes(afterGC)))
  return 1 - freed / collected
}

type Heap = ReturnType<GCProfiler['stop']>['statistics'][number]['beforeGC']

function usedBytes({ heapStatistics }: Heap): number {
  return heapStatistics.usedHeapSize
}

function youngBytes({ heapSpaceStatistics }: Heap): number {
  return heapSpaceStatistics.find(({ spaceName }) => spaceName === 'new_space')?.spaceUsedSize ?? 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
