/**
 * What Node is started with for the server, wherever it is started: `pnpm start`, the Dockerfile, tests, benchmarks.
 *
 * Node lets the young generation of the heap grow to 128 MB before it frees anything, so that garbage of a few
 * milliseconds stays resident: 32 MB with semi-spaces of 16.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=16']
