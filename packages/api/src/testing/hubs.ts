import { type HintBody, Hub } from '@acme/realtime'

/** Loses every hint that is published; only what a sweep delivers is heard. */
export class DeafHub extends Hub {
  override publish(): void {}
}

/** Every hint as if it came from another process: the message itself is not carried along. */
export class HubOfAnotherProcess extends Hub {
  override publish(topic: string, body: HintBody): void {
    this.deliver(topic, body)
  }
}

/** Tells each hint up to three times, late and in any order, with and without what it carries. */
export class ConfusedHub extends Hub {
  override publish(topic: string, body: HintBody, carried?: unknown): void {
    for (let times = 1 + Math.random() * 2; times > 0; times--) {
      const what = Math.random() < 0.5 ? carried : undefined
      setTimeout(() => this.deliver(topic, body, what), Math.random() * 20)
    }
  }
}

/** Holds back what it says of users' messages to the inbox until it is released. */
export class LateHub extends Hub {
  readonly #held: (() => void)[] = []

  override publish(topic: string, body: HintBody, carried?: unknown): void {
    const pass = () => super.publish(topic, body, carried)
    if (body.change === 'new_user_message') this.#held.push(pass)
    else pass()
  }

  /** Says what was held back, and returns how much it was. */
  release(): number {
    const held = this.#held.splice(0)
    for (const pass of held) pass()
    return held.length
  }
}
