import ipaddr from 'ipaddr.js'

/** How many of the eight groups of an IPv6 address name the network; what follows its subscriber chooses freely. */
const NETWORK_GROUPS = 4

/**
 * What an address counts as in every limit: IPv4 as it is, also when it comes mapped into IPv6, and IPv6 by its /64,
 * which is one subscriber's. A port, as some proxies add in X-Forwarded-For (`192.0.2.1:80`, `[2001:db8::1]:80`), does not
 * count. Whatever is no address counts together as `unknown`.
 */
export function addressKey(address: string): string {
  const host = withoutPort(address)
  const parsed = ipaddr.isValid(host) ? ipaddr.process(host) : null
  if (!parsed) return 'unknown'
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  const network = new ipaddr.IPv6([...parsed.parts.slice(0, NETWORK_GROUPS), 0, 0, 0, 0])
  return `${network}/${16 * NETWORK_GROUPS}`
}

function withoutPort(address: string): string {
  const [, inBrackets, ipv4] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(address) ?? []
  return inBrackets ?? ipv4 ?? address
}
