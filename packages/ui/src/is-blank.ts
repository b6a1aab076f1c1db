/** Nothing to see: only white space, controls and invisible characters (zero width, bidi), as the server sees it. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text)
}

const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/u
