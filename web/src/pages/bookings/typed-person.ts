/** A person as somebody typed them into one field. */
export interface TypedPerson {
  first_name: string;
  last_name: string;
  mobile: string;
  email: string;
}

/** Digits as people write numbers: with + in front, and blanks, dots, dashes and brackets between. */
const number = /\+?\(?\d[\d\s().\-/\u2010-\u2013]*\d/g;
/** Fewer digits are an age or a house number rather than a phone's. */
const fewestDigits = 5;

/**
 * Takes "Kari Nordmann 912 34 567 kari@example.com" apart, in whatever order. The last word of the name is the last name, unless a
 * comma says that it comes first. What nothing is known of is empty.
 */
export function readPerson(text: string): TypedPerson {
  let rest = text.normalize("NFC");
  const email = /[^\s,;<>()]+@[^\s,;<>()]+/.exec(rest)?.[0] ?? "";
  rest = rest.replace(email, " ");
  const mobile = (rest.match(number) ?? []).find((digits) => digits.replace(/\D/g, "").length >= fewestDigits) ?? "";
  rest = rest.replace(mobile, " ");
  const [first = "", second = ""] = rest.split(",").map(words).filter(Boolean);
  if (second) return { first_name: second, last_name: first, mobile: mobile.trim(), email };
  const names = first.split(" ");
  const last = names.length > 1 ? (names.pop() ?? "") : "";
  return { first_name: names.join(" "), last_name: last, mobile: mobile.trim(), email };
}

/** The words of a text, with what people put around numbers and addresses taken off. */
function words(text: string): string {
  return text
    .replace(/[<>;()"]/g, " ")
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .join(" ");
}
