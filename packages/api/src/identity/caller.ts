/** Who is calling. Everything that may be allowed follows from this and the row that is asked for. */
export type Caller =
  | { type: 'anonymous' }
  | {
      type: 'user'
      userId: string
      sessionId: string
      kind: 'user' | 'visitor'
      name: string | null
      /** As it was when they were looked up; see `users.language`. */
      language: string | null
    }
  | { type: 'admin'; userId: string; sessionId: string; name: string | null; email: string }

export type Member = Exclude<Caller, { type: 'anonymous' }>
export type UserCaller = Extract<Caller, { type: 'user' }>
export type AdminCaller = Extract<Caller, { type: 'admin' }>
