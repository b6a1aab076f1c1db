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
  adminFollowing,
  adminOverHttp,
  adminProcedure,
  createRouter,
  memberFollowing,
  memberProcedure,
  publicOverHttp,
  userProcedure,
} from './procedures.ts'
import { end } from './session/end.ts'
import { start, startInput } from './session/start.ts'
import { createTracking } from './tracked-events.ts'

/** The wire: path → who may call → input → use case. */
export function createAppRouter(deps: Deps) {
  const track = createTracking()
  return createRouter({
    session: {
      start: publicOverHttp.input(startInput).mutation(({ ctx, input }) => start(deps, ctx.address, input)),
      end: memberProcedure.mutation(({ ctx }) => end(deps, ctx.caller)),
    },
    chat: {
      get: userProcedure.query(({ ctx }) => get(deps, ctx.caller)),
      unread: userProcedure.query(({ ctx }) => unread(deps, ctx.caller)),
      history: memberProcedure
        .input(historyInput)
        .query(({ ctx, input }) => history(deps, ctx.caller, input)),
      send: memberProcedure.input(sendInput).mutation(({ ctx, input }) => send(deps, ctx.caller, input)),
      markRead: memberProcedure
        .input(markReadInput)
        .mutation(({ ctx, input }) => markRead(deps, ctx.caller, input)),
      setTyping: memberProcedure
        .input(setTypingInput)
        .mutation(({ ctx, input }) => setTyping(deps, ctx.caller, input)),
      onMessage: memberFollowing
        .input(onMessageInput)
        .subscription(({ ctx, input }) => track(onMessage(deps, ctx.caller, input, ctx.signal))),
      onActivity: memberFollowing
        .input(onActivityInput)
        .subscription(({ ctx, input }) => onActivity(deps, ctx.caller, input, ctx.signal)),
    },
    admin: {
      chats: {
        list: adminProcedure.input(listInput).query(({ input }) => listChats(deps, input)),
        get: adminProcedure.input(getInput).query(({ input }) => getAdminChat(deps, input)),
        view: adminProcedure.input(viewInput).mutation(({ input }) => view(deps, input)),
        archive: adminProcedure.input(archiveInput).mutation(({ input }) => archive(deps, input)),
        unarchive: adminProcedure.input(unarchiveInput).mutation(({ input }) => unarchive(deps, input)),
      },
      onUserMessage: adminFollowing.subscription(({ ctx }) => onUserMessage(deps, ctx.signal)),
      session: {
        logIn: publicOverHttp.input(logInInput).mutation(async ({ ctx, input }) => {
          const { address, transport } = ctx
          const { token, deviceToken, admin } = await logIn(
            deps,
            { address, deviceToken: transport.deviceToken },
            input,
          )
          transport.setSessionCookie(token)
          transport.setDeviceCookie(deviceToken)
          return admin
        }),
        logOut: adminOverHttp.mutation(async ({ ctx }) => {
          await end(deps, ctx.caller)
          ctx.transport.setSessionCookie(null)
          return {}
        }),
        get: adminProcedure.query(({ ctx }) => getAdmin(ctx.caller)),
      },
      team: {
        list: adminProcedure.query(() => listTeam(deps)),
        add: adminProcedure.input(addInput).mutation(({ input }) => add(deps, input)),
        disable: adminProcedure.input(disableInput).mutation(({ input }) => disable(deps, input)),
      },
    },
  })
}

export type AppRouter = ReturnType<typeof createAppRouter>
