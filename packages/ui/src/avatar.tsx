import './avatar.css'

export interface AvatarProps {
  /** A name or an address; empty for somebody without one. */
  name: string
  size?: 'small' | 'medium' | undefined
}

/** Initials on a tint that stays the same for the same name. */
export function Avatar({ name, size = 'medium' }: AvatarProps) {
  return (
    <span className="ac-avatar" data-size={size} data-tint={tintOf(name)} aria-hidden="true">
      {initials(name)}
    </span>
  )
}

/** "Grace Hopper" → GH, "grace@example.com" → G, "" → "?". */
export function initials(name: string): string {
  const words = name.replace(/@.*$/, '').trim().split(/\s+/)
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined]
  const letters = [first, last].map((word) => Array.from(word ?? '')[0] ?? '').join('')
  return letters.toLocaleUpperCase() || '?'
}

function tintOf(name: string): number {
  let hash = 0
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return hash % 5
}
