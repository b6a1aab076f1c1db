import type { z } from 'zod'

/** Something that a child process can be asked to do; both sides check what crosses between them. */
export interface Command<Input, Output> {
  readonly name: string
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType<Output>
}

export function command<Input, Output>(
  name: string,
  input: z.ZodType<Input>,
  output: z.ZodType<Output>,
): Command<Input, Output> {
  return { name, input, output }
}
