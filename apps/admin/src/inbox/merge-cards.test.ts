import type { SupportChatListItem } from '@acme/api'
import { expect, test } from 'vitest'
import { card } from './card-of-test.ts'
import { type CardPages, cardsOf } from './cards.ts'
import { mergeCards as mergeReceived, type Tab } from './merge-cards.ts'

const active = { archived: false, searched: false }
const archive = { archived: true, searched: false }

const ASKED_AT = 1_000
/** Merges cards that were heard after the list was asked for. */
const mergeCards = (list: CardPages, cards: readonly SupportChatListItem[], tab: Tab) =>
  mergeReceived(
    list,
    cards.map((each) => ({ card: each, at: ASKED_AT + 1 })),
    tab,
  )

/** Pages of cards; `more` says that the server has further ones. */
function pagesOf(pages: SupportChatListItem[][], more = false): CardPages {
  return {
    pages: pages.map((chats, index) => ({
      chats,
      nextCursor: more || index < pages.length - 1 ? `after page ${index}` : null,
      askedAt: ASKED_AT,
    })),
    pageParams: pages.map((_, index) => `page ${index}`),
  }
}
const idsOf = (list: CardPages) => list.pages.map(({ chats }) => chats.map(({ id }) => id))

test('a chat with a new message moves to the top, also from a later page', () => {
  const list = pagesOf([
    [card('a', 40), card('b', 30)],
    [card('c', 20), card('d', 10)],
  ])
  expect(idsOf(mergeCards(list, [card('c', 50)], active))).toEqual([['c', 'a', 'b'], ['d']])
})

test('a chat that is new to the list is put where it is sorted to', () => {
  const list = pagesOf([[card('a', 40)], [card('b', 20)]])
  expect(idsOf(mergeCards(list, [card('n', 30)], active))).toEqual([['a'], ['n', 'b']])
})

test('a change that is no message stays in its place', () => {
  const list = pagesOf([[card('a', 40, { unread: true }), card('b', 30)]])
  const merged = mergeCards(list, [card('a', 40, { unread: false })], active)
  expect(idsOf(merged)).toEqual([['a', 'b']])
  expect(cardsOf(merged)[0]?.unread).toBe(false)
})

test('an archived chat leaves the one tab and comes into the other', () => {
  const put = card('a', 40, { archivedAt: new Date(60) })
  expect(idsOf(mergeCards(pagesOf([[card('a', 40), card('b', 30)]]), [put], active))).toEqual([['b']])
  expect(idsOf(mergeCards(pagesOf([[card('z', 50, { archivedAt: new Date(70) })]]), [put], archive))).toEqual(
    [['z', 'a']],
  )
})

test('a restored chat comes back into the active tab', () => {
  const back = card('a', 40)
  const away = card('a', 40, { archivedAt: new Date(60) })
  expect(idsOf(mergeCards(pagesOf([[away]]), [back], archive))).toEqual([[]])
  expect(idsOf(mergeCards(pagesOf([[card('b', 30)]]), [back], active))).toEqual([['a', 'b']])
})

test('a card behind the last loaded one waits for its page', () => {
  const more = pagesOf([[card('a', 40)]], true)
  expect(mergeCards(more, [card('old', 5)], active)).toBe(more)
  expect(idsOf(mergeCards(pagesOf([[card('a', 40)]]), [card('old', 5)], active))).toEqual([['a', 'old']])
})

test('an empty inbox takes its first chat', () => {
  expect(idsOf(mergeCards(pagesOf([[]]), [card('a', 1)], active))).toEqual([['a']])
})

test('nothing doubles, however often an event comes', () => {
  const list = pagesOf([[card('a', 40)], [card('b', 20), card('a', 10)]])
  const once = mergeCards(list, [card('b', 50), card('a', 60)], active)
  expect(idsOf(once)).toEqual([['a', 'b'], []])
  expect(mergeCards(once, [card('b', 50), card('a', 60)], active)).toBe(once)
})

test('two chats of the same millisecond stand as the server sorts them', () => {
  expect(idsOf(mergeCards(pagesOf([[card('b', 10)]]), [card('a', 10), card('c', 10)], active))).toEqual([
    ['c', 'b', 'a'],
  ])
})

test('a search result is kept up to date but not added to', () => {
  const list = pagesOf([[card('a', 40), card('b', 30)]])
  const merged = mergeCards(list, [card('b', 50), card('n', 60)], { archived: false, searched: true })
  expect(idsOf(merged)).toEqual([['b', 'a']])
})

test('the list that was there is left as it was', () => {
  const list = pagesOf([[card('a', 40), card('b', 30)]])
  mergeCards(list, [card('b', 50)], active)
  expect(idsOf(list)).toEqual([['a', 'b']])
})

test('an older card does not replace a newer one', () => {
  const list = pagesOf([[card('a', 40, { messageCount: 3 }), card('b', 30, { messageCount: 2 })]])
  expect(mergeCards(list, [card('b', 20, { messageCount: 1, unread: true })], active)).toBe(list)
  // Nobody un-reads a message.
  expect(mergeCards(list, [card('b', 30, { messageCount: 2, unread: true })], active)).toBe(list)
  const next = card('b', 50, { messageCount: 3, unread: true })
  expect(cardsOf(mergeCards(list, [next], active))[0]).toBe(next)
})

test('what was heard before a page was asked for changes nothing in it', () => {
  const list = pagesOf([[card('a', 40), card('b', 30)]])
  const late = [
    card('a', 40, { archivedAt: new Date(60) }),
    card('b', 50, { messageCount: 2 }),
    card('gone', 35),
  ].map((each) => ({ card: each, at: ASKED_AT - 1 }))
  expect(mergeReceived(list, late, active)).toBe(list)
  const since = late.map((each) => ({ ...each, at: ASKED_AT }))
  expect(idsOf(mergeReceived(list, since, active))).toEqual([['b', 'gone']])
})
