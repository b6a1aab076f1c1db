import { setTimeout as sleep } from 'node:timers/promises'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import superjson from 'superjson'
import { z } from 'zod'
import { type Following, followable, type Sink } from '../followable.ts'
import { Journal } from './journal.ts'

export interface TestContext {
  name: string
}

/** Whether dates and undefined survive the wire. */
export type Format = 'superjson' | 'plain JSON'

/** A router with every kind of procedure and of answer. */
export function testRouter(format: Format, journal = new Journal()) {
  const t = initTRPC.context<TestContext>().create({
    ...(format === 'superjson' && { transformer: superjson }),
    isDev: false,
    errorFormatter: ({ shape, error, path, ctx }) => {
      if (error.message === 'unformattable') throw new Error('The formatter failed')
      return {
        ...shape,
        data: { ...shape.data, reason: error.cause?.message ?? null, asked: path, by: ctx?.name },
      }
    },
  })
  const { procedure } = t
  return t.router({
    greet: procedure.input(z.object({ name: z.string() })).query(({ input }) => ({ hello: input.name })),
    echo: procedure.input(z.unknown()).query(({ input }) => input),
    nothing: procedure.query(() => undefined),
    whoAmI: procedure.query(({ ctx }) => ctx.name),
    batchIndex: procedure.query(({ path }) => path),
    when: procedure.query(() => ({
      at: new Date(0),
      'a.b': { deep: [new Date(1), undefined] },
      none: undefined,
    })),
    add: procedure.input(z.array(z.number())).mutation(({ input }) => input.reduce((sum, n) => sum + n, 0)),
    wait: procedure.input(z.number()).mutation(async ({ input }) => {
      await sleep(input)
      return input
    }),
    big: procedure.input(z.number()).query(({ input }) => 'x'.repeat(input)),
    refuse: procedure.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'Not you', cause: new Error('because') })
    }),
    crash: procedure.query(() => {
      throw new Error('Out of order')
    }),
    unformattable: procedure.query(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'unformattable' })
    }),
    unwritable: procedure.query(() => {
      const circle: Record<string, unknown> = { constructor: 1n }
      return circle
    }),
    stream: procedure.query(async function* () {
      yield 1
    }),
    count: procedure.input(z.number()).subscription(async function* ({ input }) {
      for (let n = 1; n <= input; n += 1) yield n
    }),
    dates: procedure.subscription(async function* () {
      yield { at: new Date(2) }
      yield undefined
      yield tracked('a"b', { at: new Date(3), none: undefined })
      yield tracked('c', undefined)
      yield tracked('d', [new Date(4)])
    }),
    observe: procedure.input(z.number()).subscription(({ input }) =>
      observable<number>((observer) => {
        for (let n = 1; n <= input; n += 1) observer.next(n)
        observer.complete()
      }),
    ),
    observeFailure: procedure.subscription(() =>
      observable<number>((observer) => {
        observer.next(1)
        observer.error(new TRPCError({ code: 'CONFLICT', message: 'Gone wrong' }))
      }),
    ),
    failAfter: procedure.input(z.number()).subscription(async function* ({ input }) {
      for (let n = 1; n <= input; n += 1) yield n
      throw new TRPCError({ code: 'BAD_GATEWAY', message: 'Broken off' })
    }),
    failAtOnce: procedure.subscription(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Who are you?' })
    }),
    notAStream: procedure.subscription(() => JSON.parse('1')),
    unwritableEvent: procedure.subscription(async function* () {
      yield 1
      yield { constructor: 1n }
    }),
    /** The journal from behind an entry on, as generator. */
    journal: procedure
      .input(z.object({ lastEventId: z.string().optional() }).optional())
      .subscription(({ input, signal }) => journal.read(Number(input?.lastEventId ?? 0), signal)),
    /** The same, to be followed by callback. */
    follow: procedure
      .input(z.object({ lastEventId: z.string().optional() }).optional())
      .subscription(({ input, signal }) => journal.followable(Number(input?.lastEventId ?? 0), signal)),
    /** Gives until there is no room, and throws when there is. */
    failOnResume: procedure.subscription(() => ({
      async *[Symbol.asyncIterator]() {},
      [followable](sink: Sink<string>): Following {
        while (sink.writable) sink.next('x'.repeat(1_000_000))
        const resume = () => {
          throw new Error('No more')
        }
        return { resume, stop: () => undefined }
      },
    })),
    write: procedure.input(z.string()).mutation(({ input }) => journal.write(input)),
  })
}
