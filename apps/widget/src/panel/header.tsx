import {
  ChatIcon,
  CloseIcon,
  ConnectionDot,
  type DotState,
  IconButton,
  type Sound,
  SoundOffIcon,
  SoundOnIcon,
} from '@acme/ui'
import { useState } from 'react'
import type { Texts } from './texts/texts.ts'

interface HeaderProps {
  title: string
  connection: DotState
  sound: Sound
  onClose: () => void
  texts: Texts
}

export function Header({ title, connection, sound, onClose, texts }: HeaderProps) {
  return (
    <header className="panel-header">
      <span className="panel-mark">
        <ChatIcon />
      </span>
      <div className="panel-heading">
        <h1 className="panel-title" dir="auto">
          {title}
        </h1>
        <ConnectionDot state={connection} withText texts={texts.dot} />
      </div>
      <SoundToggle sound={sound} texts={texts} />
      <IconButton label={texts.close} icon={<CloseIcon />} onClick={onClose} />
    </header>
  )
}

function SoundToggle({ sound, texts }: { sound: Sound; texts: Texts }) {
  const [muted, setMuted] = useState(sound.muted)
  const toggle = () => {
    sound.setMuted(!muted)
    setMuted(!muted)
  }
  return (
    <IconButton
      label={muted ? texts.soundOn : texts.soundOff}
      icon={muted ? <SoundOffIcon /> : <SoundOnIcon />}
      onClick={toggle}
    />
  )
}
