/** Says the same line once, however often it is told: every model of a missing device has the same to say. */
export function once(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    say(line);
  };
}
