import { memoryStorage } from '@acme/client'
import { expect, test } from 'vitest'
import { draftsOf } from './drafts.ts'

test('each chat keeps its own draft', () => {
  const storage = memoryStorage()
  draftsOf(storage, 'ada').set('one', 'Dear Grace')
  draftsOf(storage, 'ada').set('two', 'Hi')
  expect(draftsOf(storage, 'ada').get('one')).toBe('Dear Grace')
  expect(draftsOf(storage, 'ada').get('two')).toBe('Hi')
  expect(draftsOf(storage, 'ada').get('three')).toBe('')
})

test('another agent sees nothing of it', () => {
  const storage = memoryStorage()
  draftsOf(storage, 'ada').set('one', 'Dear Grace')
  expect(draftsOf(storage, 'ben').get('one')).toBe('')
})

test('what is sent or forgotten is gone', () => {
  const storage = memoryStorage()
  const drafts = draftsOf(storage, 'ada')
  drafts.set('one', 'a')
  drafts.set('one', '')
  expect(drafts.get('one')).toBe('')
  drafts.set('two', 'b')
  drafts.forget()
  expect(drafts.get('two')).toBe('')
})

test('a storage that holds nonsense is an empty one', () => {
  const storage = memoryStorage()
  storage.set('acme.inbox.drafts.ada', '{oops')
  expect(draftsOf(storage, 'ada').get('one')).toBe('')
})
