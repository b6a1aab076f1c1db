import { setImmediate as nextTurn } from 'node:timers/promises'

export interface GatherOptions {
  /** Asked for by one statement at most. */
  max: number
  /** Statements under way at once, until their answers are handed out; what is asked for meanwhile waits and goes together. */
  atOnce: number
}

/** From the beginning of one statement to the next, in milliseconds. A statement costs as much as what it answers for ten. */
const APART_MS = 5
/** Answers are handed out for so long within one turn of the event loop, in milliseconds; what each leads to included. */
const TURN_MS = 2

interface Waiting<Ask, Answer> {
  ask: Ask
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Lets one statement answer what is asked for in the same moment: sockets that open together after a restart, followers
 * that read after the same hint. An idle system waits for the end of the present turn of the event loop, and for
 * nothing else. A busy one waits some turns more: Node accepts one connection per turn, so that a turn has little to
 * gather.
 *
 * @param run answers every ask, in their order; what it throws is thrown to each of those who asked.
 */
export function gather<Ask, Answer>(
  run: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  { max, atOnce }: GatherOptions,
): (ask: Ask) => Promise<Answer> {
  const waiting: Waiting<Ask, Answer>[] = []
  let running = 0
  let planned = false
  let begunAt = Number.NEGATIVE_INFINITY

  function plan(): void {
    if (planned || running >= atOnce || waiting.length === 0) return
    planned = true
    const leftMs = begunAt + APART_MS - performance.now()
    if (leftMs <= 0) setImmediate(begin)
    else setTimeout(begin, leftMs)
  }

  function begin(): void {
    planned = false
    begunAt = performance.now()
    void answer(waiting.splice(0, max))
    plan()
  }

  async function answer(batch: readonly Waiting<Ask, Answer>[]): Promise<void> {
    if (batch.length === 0) return
    running += 1
    try {
      const answers = await run(batch.map(({ ask }) => ask))
      let turnBegan = performance.now()
      for (const [index, { resolve, reject }] of batch.entries()) {
        if (performance.now() - turnBegan > TURN_MS) {
          await nextTurn()
          turnBegan = performance.now()
        }
        const answered = answers[index]
        if (answered === undefined) reject(new Error('Fewer answers than asks'))
        else resolve(answered)
        // Who asked goes on before the next one does: a page of messages is told, for example.
        await null
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      running -= 1
      plan()
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject })
      plan()
    })
}
