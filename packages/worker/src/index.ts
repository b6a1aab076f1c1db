export { createMailer, type Handover, type Mail, type Mailer, type MailerOptions } from './mailer.ts'
export { oldestDueReplySeconds } from './reply-email/oldest-due.ts'
export { type RunningWorker, runWorker, type WorkerOptions } from './run-worker.ts'
