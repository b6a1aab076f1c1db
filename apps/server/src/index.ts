export { type RunningServer, type ServerOptions, type ServerSettings, startServer } from './server.ts'
export { readSettings, type Settings, type SettingsResult } from './settings.ts'
