import type { ToPage } from '../bridge.ts'
import { endSession } from './end-session.ts'
import { createFrame } from './frame.ts'
import type { IdentitySource } from './identity.ts'
import { createKept } from './kept.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import type { BootOptions, Widget, WidgetEvents } from './page-api.ts'
import { createPageStorage } from './page-storage.ts'
import { createPerson, type Person, vouchFor } from './person.ts'
import { launcherTexts } from './texts.ts'
import { fetchUnread } from './unread.ts'

/**
 * What stands on the host page. Nothing happens before `boot`. A person's stored session is used only after
 * their identity was compared with the one it was made for; a stranger costs no request at all until they
 * reach for the button.
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
    isOpen = next
    const wasInside = launcher.hasFocus()
    launcher.setOpen(next)
    // Only now: on phones the button is hidden while the panel is open.
    if (!next && wasInside) launcher.focus()
    if (next) {
      load()
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
      whose.frame = createFrame(base, (message) => receive(whose, message))
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
        return from.kept.keepToken(message.token)
      case 'store':
        // Another tab may have made the storage somebody else's meanwhile.
        if (from.sub !== null && from.kept.owner() !== from.sub) return
        return from.kept.store(message.key, message.value)
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
    const theirs = await whose.verified
    if (whose !== person) return
    const { theme, title, language } = options
    whose.ready = true
    whose.frame?.post({
      type: 'start',
      token: theirs ? whose.kept.token() : null,
      signed: whose.identity !== null,
      open: isOpen,
      outbox: theirs ? whose.kept.stored() : null,
      ...(theme && { theme }),
      ...(title !== undefined && { title }),
      ...(language !== undefined && { language }),
    })
    whose.frame?.element.toggleAttribute('data-ready', true)
    launcher?.setReady(true)
    if (isOpen) whose.frame?.element.focus()
  }

  const answerIdentity = async (whose: Person) => {
    const answer = await vouchFor(whose)
    if (whose !== person) return
    if (answer === 'somebodyElse') become(options.identity)
    else whose.frame?.post({ type: 'identity', jwt: answer.jwt })
  }

  /** From here on it is this person; the one before leaves nothing on the screen or in memory. */
  const become = (source: IdentitySource | undefined) => {
    person?.frame?.remove()
    launcher?.setReady(false)
    setUnread(0)
    const next = createPerson(storage, base.origin, source)
    person = next
    if (isOpen) load()
    void next.verified.then((theirs) => {
      if (theirs && next === person) void welcomeBack(next)
    })
  }

  const welcomeBack = async (whose: Person) => {
    const token = whose.kept.token()
    if (token === null) return
    const answer = await fetchUnread(base, token)
    // Once the panel is there, it knows better.
    if (whose !== person || whose.ready) return
    if (answer === 'ended') return whose.kept.keepToken(null)
    if (answer !== null) setUnread(answer.count)
    whenIdle(load)
  }

  addEventListener('storage', ({ key, newValue }) => {
    const stored = key === null ? null : person?.kept.storedKey(key)
    if (person?.ready && stored) person.frame?.post({ type: 'stored', key: stored, value: newValue })
  })

  return {
    boot(next) {
      const { identity, ...looks } = next
      const same = person !== null && isStill(person, identity)
      options = { ...options, ...looks }
      if (identity === undefined) delete options.identity
      else options.identity = identity
      launcher ??= createLauncher({
        onToggle: () => setOpen(!isOpen),
        onEscape: () => setOpen(false),
        onInterest: load,
      })
      launcher.setTheme(options.theme ?? {})
      launcher.setTexts(launcherTexts(options.language ?? navigator.language))
      if (!same) become(identity)
    },
    open: () => setOpen(true),
    close: () => setOpen(false),
    logout() {
      setOpen(false)
      if (person?.ready) person.frame?.post({ type: 'signOut' })
      for (const kind of ['user', 'visitor'] as const) {
        const kept = createKept(storage, base.origin, kind)
        const token = kept.token()
        if (token !== null) endSession(base, token)
        kept.wipe()
      }
      delete options.identity
      if (launcher !== null) become(undefined)
    },
    on(event, listener) {
      listeners[event].push(listener)
    },
  }
}

function isStill(person: Person, identity: IdentitySource | undefined): boolean {
  if (person.identity === null || identity === undefined)
    return person.identity === null && identity === undefined
  return person.identity.renew(identity)
}

function whenIdle(then: () => void) {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout: 4_000 })
  else setTimeout(then, 2_000)
}
