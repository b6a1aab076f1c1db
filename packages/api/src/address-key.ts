import ipaddr from 'ipaddr.js'

/** Of an address of a subscriber: of IPv4 all of it, of IPv6 what comes before the part that is chosen freely. */
const SUBSCRIBER_BITS = { ipv4: 32, ipv6: 64 }
/** Of an address of a network that one party commonly holds whole. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 }

/**
 * What an address counts as in every limit: IPv4 as it is, also when it comes mapped into IPv6, and IPv6 by its /64,
 * which is one subscriber's. A port, as some proxies add in X-Forwarded-For (`192.0.2.1:80`, `[2001:db8::1]:80`), does not
 * count. Whatever is no address counts together as `unknown`.
 */
export function addressKey(address: string): string {
  return keyOf(address, SUBSCRIBER_BITS)
}

/**
 * The wider network of an address: IPv4 by its /24, IPv6 by its /48. For wide limits and fair shares alone: whoever holds
 * such a network has 256 addresses, or 65,536 times a /64, to call from.
 */
export function networkKey(address: string): string {
  return keyOf(address, NETWORK_BITS)
}

function keyOf(address: string, bits: { ipv4: number; ipv6: number }): string {
  const host = withoutPort(address)
  const parsed = ipaddr.isValid(host) ? ipaddr.process(host) : null
  if (!parsed) return 'unknown'
  const length = bits[parsed.kind()]
  const kept = parsed.toByteArray().map((byte, index) => {
    const keptBits = Math.max(0, Math.min(8, length - index * 8))
    return byte & (0xff << (8 - keptBits))
  })
  const network = ipaddr.fromByteArray(kept)
  return length === 32 ? network.toString() : `${network}/${length}`
}

function withoutPort(address: string): string {
  const [, inBrackets, ipv4] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(address) ?? []
  return inBrackets ?? ipv4 ?? address
}
