export { createMailer, type Handover, type Mail, type Mailer, type MailerOptions } from './mailer.ts'
export { type RunningWorker, runWorker, type WorkerOptions } from './run-worker.ts'
