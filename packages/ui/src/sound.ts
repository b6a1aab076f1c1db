/** The sound of a new message. */
export interface Sound {
  play(): void
  readonly muted: boolean
  setMuted(muted: boolean): void
  /** Gives up the listeners and the audio device. */
  close(): void
}

export interface SoundOptions {
  /** Where it is remembered that it was muted. */
  storage: {
    get(key: string): string | null
    set(key: string, value: string): void
    remove(key: string): void
  }
  mutedKey: string
  /** What is heard: pitches in hertz, and when each begins, in seconds. */
  notes: readonly (readonly [hertz: number, delay: number])[]
}

const GESTURES = ['pointerdown', 'keydown'] as const

/** Soft notes made on the spot. Browsers allow sound only after a gesture, so before one there is none. */
export function createSound({ storage, mutedKey, notes }: SoundOptions): Sound {
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
      if (context?.state !== 'running' || storage.get(mutedKey) !== null) return
      for (const [hertz, delay] of notes) playNote(context, hertz, delay)
    },
    get muted() {
      return storage.get(mutedKey) !== null
    },
    setMuted(muted) {
      if (muted) storage.set(mutedKey, '1')
      else storage.remove(mutedKey)
    },
    close() {
      leave()
      void context?.close()
    },
  }
}

function playNote(context: AudioContext, hertz: number, delay: number) {
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
