import { startContestant } from '../contestant.ts'
import { Table, turns } from '../report/rows.ts'
import type { Scenario } from './scenario.ts'

/** What a start costs, on a migrated database, until the server says that it is ready. */
export const coldStart: Scenario = async function* ({ postgres, plan, progress, signal }) {
  const table = new Table('cold-start', 'cold start: until ready, with a migrated database')
  for (let round = 0; round < plan.coldStarts; round++) {
    for (const kind of turns(round)) {
      progress(`cold-start, round ${round + 1} of ${plan.coldStarts}: ${kind}`)
      await using contestant = await startContestant({ postgres, kind, signal })
      await contestant.server.kill()
      const { ready } = await contestant.start()
      table.add(kind, 'cpuSeconds', ready.cpuMicros / 1e6, { label: 'CPU, s', digits: 2 })
      table.add(kind, 'wallSeconds', ready.wallMs / 1e3, { label: 'wall clock, s', digits: 2 })
    }
  }
  yield table
}
