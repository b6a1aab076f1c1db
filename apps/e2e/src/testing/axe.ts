import axe from 'axe-core'
import type { Frame, Page } from 'playwright-core'
import { z } from 'zod'

const RESULT = z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })

/** What axe finds against WCAG 2.2 A and AA, in words. */
export async function violations(where: Page | Frame): Promise<string[]> {
  await where.evaluate(axe.source)
  const found = await where.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations)",
  )
  return z
    .array(RESULT)
    .parse(found)
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}
