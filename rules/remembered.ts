/** What is costly to make, such as a format of Intl, kept by its key. Keys can come from outside, so that only so many are kept. */

/** A function that answers the value of a key and makes it the first time. */
export function remembered<Value>(most: number): (key: string, make: () => Value) => Value {
  const known = new Map<string, Value>();
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= most) known.clear();
    const made = make();
    known.set(key, made);
    return made;
  };
}
