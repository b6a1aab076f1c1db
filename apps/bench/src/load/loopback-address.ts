/**
 * A loopback address of its own for each of many clients: they neither share ports, of which one address has some
 * 28,000, nor what a server allows one address. Linux answers to all of 127/8; elsewhere null, the system's choice.
 */
export function loopbackAddress(n: number): string | null {
  if (process.platform !== 'linux') return null
  return `127.${1 + (Math.floor(n / 62_500) % 250)}.${1 + (Math.floor(n / 250) % 250)}.${1 + (n % 250)}`
}
