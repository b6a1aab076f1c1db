import { expect, test } from 'vitest'
import { addressKey, networkKey } from './address-key.ts'

test.each([
  ['IPv4', '203.0.113.7', '203.0.113.7'],
  ['IPv4 mapped into IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
  ['IPv4 mapped into IPv6, in hexadecimal', '::FFFF:cb00:7107', '203.0.113.7'],
  ['IPv6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['IPv6 in another spelling', '2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['IPv6 loopback', '::1', '::/64'],
  ['IPv6 with a zone', 'fe80::1%eth0', 'fe80::/64'],
  ['IPv6 with another zone', 'fe80::2%25en1', 'fe80::/64'],
  ['nothing', '', 'unknown'],
  ['a name', 'unix:', 'unknown'],
  ['IPv4 with a port', '203.0.113.7:80', '203.0.113.7'],
  ['IPv6 with a port', '[2001:db8:1:2::3]:443', '2001:db8:1:2::/64'],
  ['IPv6 in brackets', '[::1]', '::/64'],
  ['IPv4 mapped into IPv6, with a port', '[::ffff:203.0.113.7]:80', '203.0.113.7'],
  ['a name with a port', 'localhost:80', 'unknown'],
  ['what is no port', '203.0.113.7:http', 'unknown'],
  ['a long text', '1'.repeat(100_000), 'unknown'],
])('the key of %s', (_what, address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('every address of one /64 has one key, and the next /64 has another', () => {
  const keys = Array.from({ length: 300 }, (_, n) => addressKey(`2001:db8::${n.toString(16)}`))
  expect(new Set(keys).size).toBe(1)
  expect(addressKey('2001:db8:0:1::1')).not.toBe(keys[0])
})

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['[2001:db8:1:2::3]:443', '2001:db8:1::/48'],
  ['nowhere', 'unknown'],
])('the wider network of %s', (address, network) => {
  expect(networkKey(address)).toBe(network)
})
