import type { KeyValueStorage } from '@acme/client'

/** The sound of a new message. */
export interface Sound {
  play(): void
  readonly muted: boolean
  setMuted(muted: boolean): void
}

const MUTED_KEY = 'muted'

/** Two soft notes, made on the spot. Browsers allow sound only after a gesture, so before one there is none. */
export function createSound(storage: KeyValueStorage): Sound {
  let context: AudioContext | null = null
  const unlock = () => {
    context ??= new AudioContext()
    void context.resume()
  }
  for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, unlock, { once: true })

  return {
    play() {
      if (context?.state !== 'running' || storage.get(MUTED_KEY) !== null) return
      note(context, 659.25, 0)
      note(context, 880, 0.11)
    },
    get muted() {
      return storage.get(MUTED_KEY) !== null
    },
    setMuted(muted) {
      if (muted) storage.set(MUTED_KEY, '1')
      else storage.remove(MUTED_KEY)
    },
  }
}

function note(context: AudioContext, hertz: number, delay: number) {
  const start = context.currentTime + delay
  const tone = new OscillatorNode(context, { type: 'sine', frequency: hertz })
  const volume = new GainNode(context, { gain: 0 })
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.12, start + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35)
  tone.connect(volume).connect(context.destination)
  tone.start(start)
  tone.stop(start + 0.4)
}
