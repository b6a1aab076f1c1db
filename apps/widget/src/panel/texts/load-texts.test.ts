import { expect, test } from 'vitest'
import { isRightToLeft, languageTag, loadTexts } from './load-texts.ts'

test.each([
  ['en-US', 'en-US'],
  ['en-US@posix', 'en-US'],
  ['de_AT.UTF-8', 'de-AT'],
  ['', 'en'],
  ['!', 'en'],
  ['x', 'en'],
])('%j is understood as %s', (asked, tag) => {
  expect(languageTag(asked)).toBe(tag)
})

test('a language we have is used with its region, any other becomes English throughout', async () => {
  expect(await loadTexts('de-AT')).toMatchObject({ language: 'de-AT', texts: { send: 'Senden' } })
  expect(await loadTexts('xh')).toMatchObject({ language: 'en', texts: { send: 'Send' } })
  expect(await loadTexts('en-GB')).toMatchObject({ language: 'en-GB' })
})

test('Arabic reads from the right', () => {
  expect([isRightToLeft('ar-EG'), isRightToLeft('en')]).toEqual([true, false])
})
