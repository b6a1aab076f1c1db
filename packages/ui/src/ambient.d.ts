/** Stylesheets are for the bundler; to the compiler they are only there. */
declare module '*.css' {}

/** All that a test needs of Node, to read a stylesheet. Browser code gets no Node types. */
declare module 'node:fs' {
  export function readFileSync(path: URL, encoding: 'utf8'): string
}
