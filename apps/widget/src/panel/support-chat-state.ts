import type { useSupportChat } from '@acme/react'

/** What the hook gives; the parts of the panel below it take it as a prop. */
export type SupportChatState = ReturnType<typeof useSupportChat>
