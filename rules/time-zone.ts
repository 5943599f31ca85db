const known = new Map<string, boolean>();

/** Whether an IANA time zone like "Europe/Oslo" exists in the runtime's time zone data. Offsets are no zones. */
export function isTimeZone(name: string): boolean {
  // Asked for each row of an import. There are some 600 zones, so the map is bounded against invalid names.
  let answer = known.get(name);
  if (answer === undefined) {
    answer = /^[A-Za-z]/.test(name) && name.length <= 64 && canFormat(name);
    if (known.size < 2000) known.set(name, answer);
  }
  return answer;
}

function canFormat(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
