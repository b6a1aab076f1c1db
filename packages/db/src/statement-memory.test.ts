import { GCProfiler } from 'node:v8'
import { freshDatabase } from '@acme/local/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { connect, type Db } from './connect.ts'
import { statement } from './statement.ts'

const ROWS = 64
/** Of 256 kB each, one after the other. */
const STATEMENTS = 1_000
/** The share of young objects that a collection may find alive: what is under way when it comes. */
const MOST_SURVIVING = 0.2

const TEXT = `select n, repeat('x', 4000) as content from generate_series(1, ${ROWS}) n`
const named = statement<[], { content: string }>('rows_of_text', TEXT)
const ways: Record<string, (db: Db) => Promise<unknown>> = {
  'a named statement': (db) => named(db.pool, []),
  'a statement of Kysely': (db) => sql.raw(TEXT).execute(db),
}

test.each(Object.entries(ways))(
  'the rows of %s are young garbage once they were used',
  async (_name, read) => {
    await using database = await freshDatabase()
    await using db = connect({ url: database.url })
    // Compiled, and the connection open.
    for (let n = 0; n < 50; n++) await read(db)
    const profiler = new GCProfiler()
    profiler.start()
    for (let n = 0; n < STATEMENTS; n++) await read(db)
    const { statistics } = profiler.stop()
    const young = statistics.filter(({ gcType }) => gcType === 'Scavenge')
    expect(young.length).toBeGreaterThan(0)
    const collected = sum(young.map(({ beforeGC }) => youngBytes(beforeGC)))
    const freed = sum(young.map(({ beforeGC, afterGC }) => usedBytes(beforeGC) - usedBytes(afterGC)))
    expect(1 - freed / collected).toBeLessThan(MOST_SURVIVING)
  },
)

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
