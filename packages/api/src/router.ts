import { archive, archiveInput } from './admin/chats/archive.ts'
import { get as getAdminChat, getInput } from './admin/chats/get.ts'
import { list as listChats, listInput } from './admin/chats/list.ts'
import { unarchive, unarchiveInput } from './admin/chats/unarchive.ts'
import { view, viewInput } from './admin/chats/view.ts'
import { onUserMessage } from './admin/on-user-message.ts'
import { get as getAdmin } from './admin/session/get.ts'
import { logIn, logInInput } from './admin/session/log-in.ts'
import { add, addInput } from './admin/team/add.ts'
import { disable, disableInput } from './admin/team/disable.ts'
import { list as listTeam } from './admin/team/list.ts'
import { get } from './chat/get.ts'
import { history, historyInput } from './chat/history.ts'
import { markRead, markReadInput } from './chat/mark-read.ts'
import { onActivity, onActivityInput } from './chat/on-activity.ts'
import { onMessage, onMessageInput } from './chat/on-message.ts'
import { send, sendInput } from './chat/send.ts'
import { setTyping, setTypingInput } from './chat/set-typing.ts'
import { unread } from './chat/unread.ts'
import type { Deps } from './deps.ts'
import {
  forAdmin,
  forAdminOverHttp,
  forAdminOverSocket,
  forAnyoneOverHttp,
  forMember,
  forMemberOverSocket,
  forUser,
} from './guards.ts'
import { createRouter, procedure } from './procedures.ts'
import { end } from './session/end.ts'
import { start, startInput } from './session/start.ts'
import { createTracking } from './tracked-events.ts'

/** The wire: path → input → who may call → use case. */
export function createAppRouter(deps: Deps) {
  const track = createTracking()
  return createRouter({
    session: {
      start: procedure
        .input(startInput)
        .mutation(forAnyoneOverHttp(({ address }, input) => start(deps, address, input))),
      end: procedure.mutation(forMember((caller) => end(deps, caller))),
    },
    chat: {
      get: procedure.query(forUser((caller) => get(deps, caller))),
      unread: procedure.query(forUser((caller) => unread(deps, caller))),
      history: procedure
        .input(historyInput)
        .query(forMember((caller, input) => history(deps, caller, input))),
      send: procedure.input(sendInput).mutation(forMember((caller, input) => send(deps, caller, input))),
      markRead: procedure
        .input(markReadInput)
        .mutation(forMember((caller, input) => markRead(deps, caller, input))),
      setTyping: procedure
        .input(setTypingInput)
        .mutation(forMember((caller, input) => setTyping(deps, caller, input))),
      onMessage: procedure
        .input(onMessageInput)
        .subscription(
          forMemberOverSocket((caller, input, signal) => track(onMessage(deps, caller, input, signal))),
        ),
      onActivity: procedure
        .input(onActivityInput)
        .subscription(
          forMemberOverSocket((caller, input, signal) => onActivity(deps, caller, input, signal)),
        ),
    },
    admin: {
      chats: {
        list: procedure.input(listInput).query(forAdmin((_, input) => listChats(deps, input))),
        get: procedure.input(getInput).query(forAdmin((caller, input) => getAdminChat(deps, caller, input))),
        view: procedure.input(viewInput).mutation(forAdmin((_, input) => view(deps, input))),
        archive: procedure.input(archiveInput).mutation(forAdmin((_, input) => archive(deps, input))),
        unarchive: procedure.input(unarchiveInput).mutation(forAdmin((_, input) => unarchive(deps, input))),
      },
      onUserMessage: procedure.subscription(
        forAdminOverSocket((_caller, _input, signal) => onUserMessage(deps, signal)),
      ),
      session: {
        logIn: procedure.input(logInInput).mutation(
          forAnyoneOverHttp(async ({ address, transport }, input) => {
            const { deviceToken: known } = transport
            const { token, deviceToken, admin } = await logIn(deps, { address, deviceToken: known }, input)
            transport.setSessionCookie(token)
            transport.setDeviceCookie(deviceToken)
            return admin
          }),
        ),
        logOut: procedure.mutation(
          forAdminOverHttp(async ({ caller, transport }) => {
            await end(deps, caller)
            transport.setSessionCookie(null)
            return {}
          }),
        ),
        get: procedure.query(forAdmin((caller) => getAdmin(caller))),
      },
      team: {
        list: procedure.query(forAdmin(() => listTeam(deps))),
        add: procedure.input(addInput).mutation(forAdmin((_, input) => add(deps, input))),
        disable: procedure.input(disableInput).mutation(forAdmin((_, input) => disable(deps, input))),
      },
    },
  })
}

export type AppRouter = ReturnType<typeof createAppRouter>
