/** The browser's wall clock, milliseconds since 1970-01-01 UTC. */
export function now(): number {
  return new Date().getTime();
}
