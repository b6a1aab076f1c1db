import type { KeyValueStorage } from '@acme/client'

/** The sound of a new user message. */
export interface Sound {
  play(): void
  readonly muted: boolean
  setMuted(muted: boolean): void
  /** Gives up the listeners and the audio device. */
  close(): void
}

const MUTED_KEY = 'acme.inbox.muted'

/** One low, short blip made on the spot. Browsers allow sound only after a gesture, so before one there is none. */
export function createSound(storage: KeyValueStorage): Sound {
  let context: AudioContext | null = null
  const unlock = () => {
    context ??= new AudioContext()
    void context.resume()
    leave()
  }
  const leave = () => {
    for (const gesture of GESTURES) removeEventListener(gesture, unlock)
  }
  for (const gesture of GESTURES) addEventListener(gesture, unlock)

  return {
    play() {
      if (context?.state === 'running' && storage.get(MUTED_KEY) === null) blip(context)
    },
    get muted() {
      return storage.get(MUTED_KEY) !== null
    },
    setMuted(muted) {
      if (muted) storage.set(MUTED_KEY, '1')
      else storage.remove(MUTED_KEY)
    },
    close() {
      leave()
      void context?.close()
    },
  }
}

const GESTURES = ['pointerdown', 'keydown'] as const

function blip(context: AudioContext) {
  const start = context.currentTime
  const tone = new OscillatorNode(context, { type: 'sine', frequency: 523.25 })
  const volume = new GainNode(context, { gain: 0 })
  tone.frequency.setValueAtTime(523.25, start)
  tone.frequency.setValueAtTime(783.99, start + 0.09)
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.1, start + 0.012)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.4)
  tone.connect(volume).connect(context.destination)
  tone.start(start)
  tone.stop(start + 0.45)
}
