import { icon } from '@acme/ui'

/** Icons that only the inbox has, drawn like those of @acme/ui. */

export const InboxIcon = () =>
  icon(<path d="M3.5 13 6 5.5h12l2.5 7.5v5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM3.5 13H8a4 4 0 0 0 8 0h4.5" />)

export const TeamIcon = () =>
  icon(
    <path d="M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14a6.5 6.5 0 0 1 3.5 5.5" />,
  )

export const BellIcon = () =>
  icon(<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2.2 2.2 0 0 0 4 0" />)

export const BellOffIcon = () =>
  icon(
    <path d="M6 16.5V11c0-1 .3-2 .7-2.900M9.5 5.600A6 6 0 0 1 18 11v3M4.5 18h12.500M10 20.500a2.2 2.2 0 0 0 4 0M4 4l16 16" />,
  )

export const LogOutIcon = () =>
  icon(<path d="M14 4.5H5.5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1H14M10 12h10.500M17 8l4 4-4 4" />)

export const EyeIcon = () =>
  icon(
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z" />,
  )
