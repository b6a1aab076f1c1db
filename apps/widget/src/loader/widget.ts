import type { ToPage } from '../bridge.ts'
import { endSession } from './end-session.ts'
import { createFrame } from './frame.ts'
import type { IdentitySource } from './identity.ts'
import { createKept, parseSession } from './kept.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import type { BootOptions, Widget, WidgetEvents } from './page-api.ts'
import { createPageStorage } from './page-storage.ts'
import { createPerson, handOver, isTheirs, keepSession, type Person, storeFor, vouchFor } from './person.ts'
import { launcherTexts } from './texts.ts'
import { fetchUnread } from './unread.ts'

/**
 * What stands on the host page. Nothing happens before `boot`. A person's stored session is used only after
 * their identity was compared with the one it was made for; a stranger costs no request at all until they
 * reach for the button.
 *
 * The storage is shared with the page's other tabs. When another one gives it to another user, the person here is
 * over: the panel closes, and who opens it again is asked for anew. Without that nobody takes the storage back, so
 * two tabs that name two users do not fight for it. When another tab logs out, so does this one. A visitor's tabs
 * all go on with the session that was kept first.
 */
export function createWidget(base: URL): Widget {
  const listeners: { [Name in keyof WidgetEvents]: WidgetEvents[Name][] } = {
    unread: [],
    open: [],
    close: [],
    message: [],
  }
  const storage = createPageStorage()
  let options: BootOptions = {}
  let launcher: Launcher | null = null
  let person: Person | null = null
  let isOpen = false
  let unread = 0

  const setUnread = (count: number) => {
    if (count === unread) return
    unread = count
    launcher?.setUnread(count)
    for (const tell of listeners.unread) tell(count)
  }

  const setOpen = (next: boolean) => {
    if (launcher === null || next === isOpen) return
    if (next) checkOwner()
    isOpen = next
    const wasInside = launcher.hasFocus()
    launcher.setOpen(next)
    // Only now: on phones the button is hidden while the panel is open.
    if (!next && wasInside) launcher.focus()
    if (next) {
      if (person === null) become(options.identity)
      load()
      person?.frame?.hurry()
      person?.frame?.element.focus()
    }
    if (person?.ready) person.frame?.post({ type: 'visibility', open: next })
    for (const tell of listeners[next ? 'open' : 'close']) tell()
  }

  /** Makes the frame, once per person. */
  const load = () => {
    const whose = person
    void whose?.verified.then(() => {
      if (whose !== person || whose.frame !== null || launcher === null) return
      whose.frame = createFrame(base, {
        onMessage: (message) => receive(whose, message),
        onMissing: () => launcher?.setMissing(true),
      })
      launcher.hold(whose.frame.element)
    })
  }

  const receive = (from: Person, message: ToPage) => {
    switch (message.type) {
      case 'ready':
        return void start(from)
      case 'needIdentity':
        return void answerIdentity(from)
      case 'session':
        if (keepSession(from, message.token)) return
        // Nobody would ever use it again.
        if (message.token !== null) endSession(base, message.token)
        return lose(from)
      case 'store':
        return storeFor(from, message.key, message.value)
      case 'unread':
        return setUnread(message.count)
      case 'message':
        for (const tell of listeners.message) tell()
        return
      case 'close':
        return setOpen(false)
    }
  }

  const start = async (whose: Person) => {
    await whose.verified
    if (whose !== person) return
    if (!isTheirs(whose)) return lose(whose)
    const { token, stored } = handOver(whose)
    const { theme, title, language } = options
    whose.ready = true
    whose.frame?.post({
      type: 'start',
      token,
      signed: whose.identity !== null,
      open: isOpen,
      outbox: stored,
      ...(theme && { theme }),
      ...(title !== undefined && { title }),
      ...(language !== undefined && { language }),
    })
    whose.frame?.element.toggleAttribute('data-ready', true)
    launcher?.setMissing(false)
    launcher?.setReady(true)
    if (isOpen) whose.frame?.element.focus()
  }

  const answerIdentity = async (whose: Person) => {
    const answer = await vouchFor(whose)
    if (whose !== person) return
    if (answer === 'somebodyElse') become(options.identity)
    else if (answer === 'taken') lose(whose)
    else whose.frame?.post({ type: 'identity', jwt: answer.jwt })
  }

  const drop = () => {
    if (person !== null) {
      person.frame?.remove()
      person.dropped = true
      person = null
    }
    launcher?.setMissing(false)
    launcher?.setReady(false)
    setUnread(0)
  }

  /** From here on it is this person; the one before leaves nothing on the screen or in memory. */
  const become = (source: IdentitySource | undefined) => {
    drop()
    const next = createPerson(storage, base.origin, source)
    person = next
    if (isOpen) load()
    void next.verified.then((theirs) => {
      if (theirs && next === person) void showUnread(next)
    })
  }

  /** Somebody else has the storage now. */
  const lose = (whose: Person) => {
    if (whose.identity === null) return become(undefined)
    setOpen(false)
    drop()
  }

  /** After a log-out, here or in another tab, it is a new visitor. */
  const forgetPerson = () => {
    setOpen(false)
    delete options.identity
    if (launcher !== null) become(undefined)
  }

  const checkOwner = () => {
    if (person !== null && !isTheirs(person)) lose(person)
  }

  const showUnread = async (whose: Person) => {
    const { token } = whose
    if (token === null) return
    const answer = await fetchUnread(base, token)
    // Once the panel is there, it knows better.
    if (whose !== person || whose.ready) return
    if (answer === 'ended') return void keepSession(whose, null)
    if (answer !== null) setUnread(answer.count)
    whenIdle(load)
  }

  addEventListener('storage', ({ key, oldValue, newValue }) => {
    if (person === null) return
    // The whole storage was cleared, which need not be a log-out.
    if (key === null) return checkOwner()
    if (person.kept.isSession(key)) {
      if (newValue !== null) return checkOwner()
      // The other tab has ended the session it knew of.
      if (person.token !== null && person.token !== parseSession(oldValue).token)
        endSession(base, person.token)
      return forgetPerson()
    }
    const stored = person.kept.storedKey(person.sub, key)
    if (person.ready && stored !== null) person.frame?.post({ type: 'stored', key: stored, value: newValue })
  })
  // A page in the back/forward cache is told of nothing.
  addEventListener('pageshow', ({ persisted }) => persisted && checkOwner())

  return {
    boot(next) {
      const { identity, ...looks } = next
      const same = person !== null && isStill(person, identity)
      options = { ...options, ...looks }
      if (identity === undefined) delete options.identity
      else options.identity = identity
      const isFirst = launcher === null
      launcher ??= createLauncher({
        onToggle: () => setOpen(!isOpen),
        onEscape: () => setOpen(false),
        onInterest: load,
      })
      launcher.setTheme(options.theme ?? {})
      launcher.setTexts(launcherTexts(options.language ?? navigator.language))
      if (!same) become(identity)
      if (isFirst && location.hash === OPEN) setOpen(true)
    },
    open: () => setOpen(true),
    close: () => setOpen(false),
    logout() {
      const tokens = new Set([person?.token])
      for (const kind of ['user', 'visitor'] as const) {
        const kept = createKept(storage, base.origin, kind)
        tokens.add(kept.session().token)
        kept.wipe()
      }
      for (const token of tokens) if (token) endSession(base, token)
      forgetPerson()
    },
    on(event, listener) {
      listeners[event].push(listener)
    },
  }
}

/** A link with this fragment, as in a reply email, opens the panel. */
const OPEN = '#acme-chat'

function isStill(person: Person, identity: IdentitySource | undefined): boolean {
  if (person.identity === null || identity === undefined)
    return person.identity === null && identity === undefined
  return person.identity.renew(identity)
}

function whenIdle(then: () => void) {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout: 4_000 })
  else setTimeout(then, 2_000)
}
