import type { ReactNode } from 'react'

/** Icons say nothing to screen readers: the control that holds one has a name of its own. */

export const ChatIcon = () =>
  icon(
    <path d="M4 5.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8.5L7 21v-3.5H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z" />,
  )

export const CloseIcon = () => icon(<path d="m6 6 12 12M18 6 6 18" />)

export const SendIcon = () => icon(<path d="M12 19V5.5M5.5 11.5 12 5l6.5 6.5" />)

/** Mirrored in right-to-left text. */
export const BackIcon = () => icon(<path d="M19 12H5.5M11.5 5.5 5 12l6.5 6.5" />, 'ac-icon-directed')

export const ArchiveIcon = () =>
  icon(<path d="M3.5 4.5h17v4h-17zM5 8.5V19a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V8.5M10 12.5h4" />)

export const RestoreIcon = () => icon(<path d="M4 5v5h5M4.5 10A8 8 0 1 1 4 13.5" />)

export const SearchIcon = () =>
  icon(<path d="M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM15.6 15.6 20.5 20.5" />)

export const CheckIcon = () => icon(<path d="m5 12.5 4.5 4.5L19 7.5" />)

export const DoubleCheckIcon = () => icon(<path d="m2 12.5 4.5 4.5L16 7.5M11.5 16l1 1L22 7.5" />)

export const AlertIcon = () => icon(<path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5v5.5M12 16.2v.1" />)

export const ClockIcon = () => icon(<path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 2" />)

export const ArrowDownIcon = () => icon(<path d="M12 5v13.5M5.5 12.5 12 19l6.5-6.5" />)

export const SoundOnIcon = () =>
  icon(<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11" />)

export const SoundOffIcon = () => icon(<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4zM16 9.8l5 4.6M21 9.8l-5 4.6" />)

/** A drawing of strokes in a box of 24 by 24, in the colour of the text; for icons that only one app has. */
export function icon(children: ReactNode, className = 'ac-icon') {
  return (
    <svg
      className={className === 'ac-icon' ? className : `ac-icon ${className}`}
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  )
}
