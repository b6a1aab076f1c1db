/** Runs `work` again and again, `intervalMs` after it has ended, until disposed; waits for the run under way. */
export function repeat(
  work: () => Promise<void>,
  intervalMs: number,
  onError: (error: unknown) => void,
): AsyncDisposable {
  let ended = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = run()

  async function run(): Promise<void> {
    try {
      await work()
    } catch (error) {
      onError(error)
    }
    if (ended) return
    timer = setTimeout(() => {
      running = run()
    }, intervalMs)
  }

  return {
    async [Symbol.asyncDispose]() {
      ended = true
      clearTimeout(timer)
      await running
    },
  }
}
