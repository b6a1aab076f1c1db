import type { Person } from '../load/dialect.ts'

export interface Target {
  port: number
  epoch: string
  /** Whose session the flood has. */
  attacker: Person
}

/** Frames or requests, and what became of those that were not served. */
export interface Count {
  sent: number
  refused: number
}

/** One of those who flood: what it does again and again, and how it lets go in the end. */
export interface Flooder {
  step: () => Promise<void>
  end: () => void
}
