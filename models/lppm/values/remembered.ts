/** Entries kept of one kind; when it is full it begins anew. */
const most = 5000;

/** What was made of a text before is not made again: names of arguments and options recur in every message. */
export function remembered<Made>(make: (text: string) => Made): (text: string) => Made {
  const held = new Map<string, Made>();
  return (text) => {
    const known = held.get(text);
    if (known !== undefined) return known;
    if (held.size >= most) held.clear();
    const made = make(text);
    held.set(text, made);
    return made;
  };
}
