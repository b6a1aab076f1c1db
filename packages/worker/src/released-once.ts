import type { Db } from '@acme/db'

type Pool = Db['pool']
type Connected = Parameters<Pool['connect']>[0]
type Release = Parameters<Connected>[2]

/**
 * A pool whose connections may be given back twice. graphile-worker 0.18 does that with the one it listens on, when it is
 * lost while the runner shuts down; the pool throws, nobody catches it, and Node ends the process.
 */
export function releasedOnce(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return connect
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

  function connect(connected?: Connected): unknown {
    if (!connected) return pool.connect()
    pool.connect((error, client, release) => connected(error, client, once(release)))
    return undefined
  }
}

function once(release: Release): Release {
  let isReleased = false
  return (destroy) => {
    if (isReleased) return
    isReleased = true
    release(destroy)
  }
}
