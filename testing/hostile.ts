/** Input that only a mistake or an attacker sends: values for a path, a query and a body, and whole bodies. */

const megabyte = 2 ** 20;

/** Texts for strings in bodies and, encoded, for paths and queries. */
export const hostileTexts: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff\ud800",
  "\u202e\u2066x",
  "\r\nSet-Cookie: a=b",
  "'; drop table messages; --",
  "%",
  "_",
  "\\",
  "{{",
  "{% for a in (1..100000000) %}",
  "{}",
  "null",
  "NaN",
  "-1",
  "1e999",
  "9".repeat(400),
  "9223372036854775808",
  "-271821-04-20T00:00:00.000Z",
  "+275760-09-13T00:00:00.000Z",
  "0000-01-01T00:00:00Z",
  "0000-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999999999+23:59",
  "0000-01-01",
  "9999-12-31",
  "2026-02-30",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "00000000-0000-0000-0000-000000000000",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "Etc/../UTC",
  "+".repeat(39),
  "+999999999999999",
  "١٢٣٤٥",
  "😀".repeat(60),
  "a".repeat(70_000),
];

/** Parts of a path as they are sent over the wire. */
export const hostilePathParts: readonly string[] = [
  "%00",
  "%2e%2e",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "..%5c..%5c",
  "%c0%ae%c0%ae",
  "%",
  "%zz",
  "%ff",
  "%ed%a0%80",
  "%u0000",
  "9".repeat(300),
  "-1",
  "1e999",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "00000000-0000-0000-0000-000000000000%00",
  "%2B4791234567%00",
  "%F0%9F%98%80",
  "a".repeat(5_000),
  "__proto__",
  "%0d%0aSet-Cookie:%20a=b",
  "%25",
  ";",
  "'",
];

/** Raw values of a query's parameter. */
export const hostileQueryValues: readonly string[] = [
  ...hostilePathParts,
  ...hostileTexts.filter((text) => text.isWellFormed() && text.length < 5_000).map((text) => encodeURIComponent(text)),
  "a&",
];

/** Values of a JSON body that are no text, written as JSON because JavaScript values could not express all of them. */
export const hostileJson: readonly string[] = [
  "null",
  "true",
  "1e999",
  "-1e999",
  "1e308",
  "-0",
  "0.1",
  "9".repeat(400),
  "9223372036854775808",
  "-9007199254740993",
  "[]",
  "{}",
  "[null]",
  "[[]]",
  '{"__proto__": {"a": 1}, "constructor": {"prototype": null}}',
  '{"toString": 1, "length": -1}',
  '["\\u0000"]',
  '{"\\u0000": 1}',
  '{"\\ud800": "\\udfff"}',
  nested("[", "]", 60),
  nested("[", "]", 20_000),
  nested('{"a":', "}", 20_000),
];

/** Whole bodies, many of them invalid JSON. */
export const hostileBodies: readonly string[] = [
  "",
  " ",
  "{",
  "\0",
  "\ufeff{}",
  '{"a":1}}',
  '"text"',
  "[",
  "[".repeat(megabyte - 10),
  '{"a":'.repeat(150_000),
  nested("[", "]", 500_000),
  nested('{"a":', "}", 150_000),
  `{"a":"${"\\u0000".repeat(1_000)}"}`,
  `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":${i}`).join(",")}}`,
  `[${"1,".repeat(200_000)}1]`,
  ...hostileJson,
];

function nested(open: string, close: string, depth: number): string {
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

/** Forged cursors: base64url of a JSON array, as real ones are, with each value in turn replaced. */
export function forgedCursors(real: string): string[] {
  const text = Buffer.from(real, "base64url").toString();
  const forged = [`${real}A`, real.slice(0, -1), `${real}.999`, `${real.split(".")[0]}.0`, "W10", "bnVsbA", "e30"];
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return forged; // a cursor that is an id: the hostile texts cover it
  }
  if (!Array.isArray(parts)) return forged;
  const values: unknown[] = [...hostileTexts.filter((each) => each.length < 300), null, 1, {}, []];
  for (const [i] of parts.entries()) {
    for (const value of values) {
      forged.push(Buffer.from(JSON.stringify(parts.with(i, value))).toString("base64url"));
    }
  }
  return forged;
}
