import type { Conversation, SupportClient } from '@acme/client'
import { expect, test } from 'vitest'
import {
  SupportChatProvider,
  useConversation,
  useFirstUnreadSeq,
  useIncomingMessage,
  useStore,
  useSupportChat,
  useSupportClient,
  useTabVisible,
} from './index.ts'
import { api } from './query.tsx'

// The examples of the docstrings, word for word (.ci/examples.test.ts).

function Chat() {
  const { messages, pending, connected, sendMessage } = useSupportChat()
  const texts = [...messages, ...pending].map(({ content }) => content)
  const hello = () => sendMessage('Hello!')
  useIncomingMessage(({ content }) => {
    document.title = content
  })
  return (
    <button type="button" onClick={hello} data-connected={connected}>
      {texts}
    </button>
  )
}

function Page({ client }: { client: SupportClient }) {
  const connection = useStore(client.connection)
  const isOffline = connection.type === 'offline'
  return isOffline ? null : (
    <SupportChatProvider client={client}>
      <Chat />
    </SupportChatProvider>
  )
}

function LogOut() {
  const client = useSupportClient()
  const logOut = () => client.end()
  return <button type="button" onClick={logOut} />
}

function AdminChat({ conversation }: { conversation: Conversation }) {
  const { messages, typing, loadEarlier } = useConversation(conversation)
  return (
    <button type="button" onClick={loadEarlier} data-typing={typing.length} data-messages={messages.length} />
  )
}

function Unread() {
  const chat = useSupportChat()
  const { unreadCount } = chat
  const canRead = useTabVisible() && unreadCount > 0
  const seq = useFirstUnreadSeq(chat, 'user', canRead)
  return <p>{seq}</p>
}

function Inbox() {
  const { data } = api.admin.chats.list.useQuery({ archived: false })
  return <p>{data?.chats.length}</p>
}

test('the examples of the docstrings compile', () => {
  expect([Page, LogOut, AdminChat, Unread, Inbox]).toHaveLength(5)
})
