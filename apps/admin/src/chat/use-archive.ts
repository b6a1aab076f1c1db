import { faultOf } from '@acme/client'
import { api } from '@acme/react/query'
import { AT_ONCE, faultText } from '../fault.ts'

export interface Archive {
  archive: () => void
  unarchive: () => void
  busy: boolean
  /** Why it was not done: the user has written meanwhile, or a sentence. */
  refusal: 'moved-on' | (string & {}) | null
  dismiss: () => void
}

/** Puts a chat away, as far as `lastSeen`: what the agent has not seen is never put away with it (P7). */
export function useArchive(chatId: string, lastSeen: number): Archive {
  const archive = api.admin.chats.archive.useMutation(AT_ONCE)
  const unarchive = api.admin.chats.unarchive.useMutation(AT_ONCE)
  const error = archive.error ?? unarchive.error
  const dismiss = () => {
    archive.reset()
    unarchive.reset()
  }
  return {
    archive() {
      dismiss()
      archive.mutate({ chatId, upTo: lastSeen })
    },
    unarchive() {
      dismiss()
      unarchive.mutate({ chatId })
    },
    busy: archive.isPending || unarchive.isPending,
    refusal: !error ? null : faultOf(error).reason === 'chat_moved_on' ? 'moved-on' : faultText(error),
    dismiss,
  }
}
