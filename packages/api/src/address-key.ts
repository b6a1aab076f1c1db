import ipaddr from 'ipaddr.js'

/** How many of the eight groups of an IPv6 address name the network; what follows its subscriber chooses freely. */
const NETWORK_GROUPS = 4

/**
 * What an address counts as in every limit: IPv4 as it is, also when it comes mapped into IPv6, and IPv6 by its /64,
 * which is one subscriber's. Whatever is no address counts together as `unknown`.
 */
export function addressKey(address: string): string {
  const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null
  if (!parsed) return 'unknown'
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  const network = new ipaddr.IPv6([...parsed.parts.slice(0, NETWORK_GROUPS), 0, 0, 0, 0])
  return `${network}/${16 * NETWORK_GROUPS}`
}
