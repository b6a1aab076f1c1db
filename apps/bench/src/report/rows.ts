import { KINDS, type Kind } from '../servers/servers.ts'

export interface Row {
  /** What goals and JSON call it, such as `saturation.100.cpuMicros`. */
  id: string
  label: string
  /** Digits after the point. */
  digits: number
  /** One per round and server. */
  values: Record<Kind, number[]>
}

/** What one scenario measured under one set of conditions. */
export class Table {
  readonly id: string
  readonly title: string
  readonly rows: Row[] = []

  constructor(id: string, title: string) {
    this.id = id
    this.title = title
  }

  add(kind: Kind, key: string, value: number, { label, digits }: { label: string; digits: number }): void {
    const id = `${this.id}.${key}`
    let row = this.rows.find((each) => each.id === id)
    if (!row) {
      row = { id, label, digits, values: { ours: [], bare: [], batched: [] } }
      this.rows.push(row)
    }
    row.values[kind].push(value)
  }
}

/** Who is measured first drifts with the machine: every other round goes backwards. */
export function turns(round: number): readonly Kind[] {
  return round % 2 === 0 ? KINDS : KINDS.toReversed()
}
