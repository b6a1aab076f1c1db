import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import type { Member } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import type { ChatActivity, Participant } from '../present.ts'
import { Wake } from '../wake.ts'
import type { Follower } from './on-message.ts'
import { Presence } from './presence.ts'
import { chatTopic, readChatHint } from './topic.ts'

export const onActivityInput = z.strictObject({ chatId: uuid })

/** How often who is here says so; whoever is silent for longer than twice this is gone. */
const PRESENCE_INTERVAL_MS = 10_000
/** Within this somebody answers who arrives or leaves. */
const ANSWER_MS = 500

/**
 * Follows what goes on around the messages: first the present state, then the whole state at each change. What
 * changes while the reader is busy becomes one event. While it runs, the caller counts as here.
 *
 * @throws Refusal chat_unknown
 */
export async function* onActivity(
  { db, hub }: Pick<Deps, 'db' | 'hub'>,
  caller: Member,
  { chatId }: z.output<typeof onActivityInput>,
  { signal, drained }: Follower,
): AsyncGenerator<ChatActivity, void> {
  const topic = chatTopic(chatId)
  const self: Participant = { id: caller.userId, side: caller.type, name: caller.name }
  const presence = new Presence(self)
  const wake = new Wake()
  const announce = (type: 'arrived' | 'here' | 'left') => hub.publish(topic, { type, ...self })

  // Of all the places a person is here from, the first one answers for all: one word, however many there are.
  let answer: NodeJS.Timeout | null = null
  const cancelAnswer = () => {
    if (answer) clearTimeout(answer)
    answer = null
  }
  const tell = () => {
    cancelAnswer()
    if (known) announce('here')
  }
  let marksMayDiffer = true
  let known = false
  const stop = hub.listen(topic, (body) => {
    const hint = readChatHint(body)
    if (!hint || hint.type === 'message') return
    if (hint.type === 'state') marksMayDiffer = true
    else if (hint.type === 'here' && hint.id === self.id) cancelAnswer()
    else if (presence.hear(hint) === 'answer') answer ??= setTimeout(tell, ANSWER_MS * Math.random())
    wake.wake()
  })
  const heartbeat = setInterval(() => known && announce('here'), PRESENCE_INTERVAL_MS)

  try {
    let marks = await readMarks()
    known = true
    announce('arrived')
    let last = ''
    while (!signal.aborted) {
      if (marksMayDiffer) {
        marksMayDiffer = false
        marks = await readMarks()
      }
      const activity = { ...marks, ...presence.state() }
      const picture = JSON.stringify(activity)
      if (picture !== last) yield activity
      last = picture
      await drained(signal)
      // Wakes also without a hint, because typing and presence fade by themselves.
      await wake.wait(signal, presence.fadesInMs())
    }
  } finally {
    clearInterval(heartbeat)
    cancelAnswer()
    stop()
    // Who was not let in was never here.
    if (known) announce('left')
    known = false
  }

  async function readMarks() {
    const chat = await db
      .selectFrom('supportChats')
      .select(['userId', 'userReadSeq', 'adminReadSeq', 'archivedAt'])
      .where('id', '=', chatId)
      .executeTakeFirst()
    if (!chat || (caller.type === 'user' && chat.userId !== caller.userId)) throw new Refusal('chat_unknown')
    const { userReadSeq, adminReadSeq, archivedAt } = chat
    return { userReadSeq, adminReadSeq, archivedAt }
  }
}
