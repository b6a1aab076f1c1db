import { DEVICE_DAYS } from '@acme/api/server'
import type { FastifyInstance } from 'fastify'
import { createHostCookie, type HostCookie } from './host-cookie.ts'
import type { Settings } from './settings.ts'

/** Remembers that an admin has logged in from this browser; it stays when they log out. Its value is signed by the API. */
export function createDeviceCookie(
  app: Pick<FastifyInstance, 'parseCookie' | 'serializeCookie'>,
  settings: Pick<Settings, 'publicUrl'>,
): HostCookie {
  return createHostCookie(app, settings, {
    name: 'acme_device',
    form: /^[\w.-]{1,200}$/,
    maxAgeS: DEVICE_DAYS * 24 * 3600,
  })
}
