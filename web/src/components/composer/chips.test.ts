import fc from "fast-check";
import { expect, test } from "vitest";
import { deletionAt, repair, snapSelection } from "./caret.ts";
import { createChipRegistry } from "./chips.ts";
import { cleanFallback, readPieces, writeToken } from "./token.ts";

const names: Record<string, string> = {
  "contact.first_name": "First name",
  "contact.email": "E-mail",
  "workspace.name": "Company",
};
const isField = (name: string) => name in names;
const registry = () => createChipRegistry(isField, (field) => names[field] ?? field);
const caret = (at: number) => ({ start: at, end: at, direction: "none" as const });

test("a token is read with its default in either kind of quote, and written back the same", () => {
  const text = `Hi {{ contact.first_name | default: "there" }}, {{workspace.name}} and {{ contact.email | default: 'a "b"' }}`;
  const tokens = readPieces(text, isField).flatMap((piece) => (piece.kind === "token" ? [piece.token] : []));
  expect(tokens).toEqual([
    { field: "contact.first_name", fallback: "there" },
    { field: "workspace.name", fallback: null },
    { field: "contact.email", fallback: 'a "b"' },
  ]);
  for (const token of tokens) expect(readPieces(writeToken(token), isField)).toMatchObject([{ kind: "token", token }]);
});

test("tokens that are not in the plain form or not known stay text as written", () => {
  for (const text of [
    "{{ contact.shoe_size }}",
    "{{ contact.first_name | upcase }}",
    "{% if a %}x{% endif %}",
    "{{ contact.",
  ])
    expect(readPieces(text, isField)).toEqual([{ kind: "text", text, start: 0, end: text.length }]);
});

test("a default is written back as it is read: empty, and with backslashes", () => {
  for (const [text, fallback] of [
    ['{{ contact.email | default: "" }}', ""],
    ['{{ contact.email | default: "a\\\\b" }}', "a\\b"],
  ] as const) {
    expect(readPieces(text, isField)).toMatchObject([{ kind: "token", token: { fallback } }]);
    expect(writeToken({ field: "contact.email", fallback })).toBe(text);
  }
  // One that the editor would write otherwise stays text.
  for (const text of ['{{ contact.email | default: "a \\" \'b\'" }}', '{{ contact.email | default: "a {x}" }}'])
    expect(readPieces(text, isField)).toMatchObject([{ kind: "text", text }]);
});

test("an unfinished placeholder hides no chip after it", () => {
  const kinds = (text: string) => readPieces(text, isField).map(({ kind, text: piece }) => `${kind} ${piece}`);
  expect(kinds("Hei {{ og {{ contact.email }} 😀")).toEqual([
    "text Hei {{ og ",
    "token {{ contact.email }}",
    "text  😀",
  ]);
  expect(kinds("{{ contact.email | default: 'a }} b' }}")).toEqual(["text {{ contact.email | default: 'a }} b' }}"]);
});

test("a default cannot contain its own quote", () => {
  expect(cleanFallback('it\'s "you" }}')).toBe("it's ”you” ");
  expect(readPieces(writeToken({ field: "contact.email", fallback: `'"` }), isField)).toHaveLength(1);
});

test("showing and storing a text preserves every character", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme" }).filter((text) => !/[\uE000-\uF8FF\r{}]/.test(text)),
    fc.constantFrom(
      "{{ contact.first_name }}",
      '{{ contact.first_name | default: "there" }}',
      "{{ unknown.thing }}",
      "{{ contact.email | default: 'x \"y\"' }}",
      "{{",
      "\n",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (parts) => {
      const text = parts.join("");
      const one = registry();
      const shown = one.show(text);
      expect(one.store(shown)).toBe(text);
      expect(one.broken(shown)).toBe(false);
    }),
  );
});

test("a chip's label does not wrap, and two defaults of one field are two tokens", () => {
  const one = registry();
  const shown = one.show('{{ contact.first_name }}{{ contact.first_name | default: "you" }}');
  const chips = one.chips(shown);
  expect(chips.map((chip) => chip.label)).toEqual(["First\u00A0name", "First\u00A0name"]);
  expect(chips.map((chip) => chip.token.fallback)).toEqual([null, "you"]);
});

test("Backspace and Delete next to a chip remove all of it; elsewhere the browser decides", () => {
  const one = registry();
  const shown = one.show("Hi {{ contact.first_name }}!");
  const chips = one.chips(shown);
  const chip = { start: 3, end: shown.length - 1 };
  expect(deletionAt(chips, shown, chip.end, "deleteContentBackward")).toEqual(chip);
  expect(deletionAt(chips, shown, chip.start, "deleteContentForward")).toEqual(chip);
  expect(deletionAt(chips, shown, 2, "deleteContentBackward")).toBeNull();
  expect(deletionAt(chips, shown, chip.end, "insertText")).toBeNull();
});

test("deleting a word removes the chip and the blanks between", () => {
  const one = registry();
  const shown = one.show("Hi {{ contact.first_name }}  there");
  const [chip] = one.chips(shown);
  if (!chip) throw new Error("no chip");
  expect(deletionAt([chip], shown, chip.end + 2, "deleteWordBackward")).toEqual({
    start: chip.start,
    end: chip.end + 2,
  });
  expect(deletionAt([chip], shown, 2, "deleteWordForward")).toEqual({ start: 2, end: chip.end });
});

test("the caret steps over a chip from either side", () => {
  const one = registry();
  const shown = one.show("Hi {{ contact.first_name }}!");
  const chips = one.chips(shown);
  const end = shown.length - 1;
  expect(snapSelection(chips, caret(4), caret(3))).toEqual(caret(end));
  expect(snapSelection(chips, caret(end - 1), caret(end))).toEqual(caret(3));
  expect(snapSelection(chips, caret(1), caret(2))).toEqual(caret(1));
});

test("a selection covers whole chips, and shrinks past them again", () => {
  const one = registry();
  const shown = one.show("Hi {{ contact.first_name }}!");
  const chips = one.chips(shown);
  const end = shown.length - 1;
  const forward = (start: number, to: number) => ({ start, end: to, direction: "forward" as const });
  expect(snapSelection(chips, forward(0, 4), forward(0, 3))).toEqual(forward(0, end));
  expect(snapSelection(chips, forward(0, end - 1), forward(0, end))).toEqual(forward(0, 3));
  const backward = (start: number, to: number) => ({ start, end: to, direction: "backward" as const });
  expect(snapSelection(chips, backward(end - 1, end + 1), backward(end, end + 1))).toEqual(backward(3, end + 1));
  expect(snapSelection(chips, backward(4, end + 1), backward(3, end + 1))).toEqual(backward(end, end + 1));
});

test("what an edit leaves of a chip is removed, and what was typed stays", () => {
  const texts = fc.constantFrom(
    "Hi {{ contact.first_name }}, from {{ workspace.name }}",
    "{{ contact.email }}{{ contact.email }}",
    "a {{ contact.first_name }} b",
  );
  fc.assert(
    fc.property(texts, fc.nat(), fc.nat(), fc.constantFrom("", "x", "zwq"), (text, a, b, typed) => {
      const one = registry();
      const before = one.show(text);
      const start = a % (before.length + 1);
      const end = Math.min(before.length, start + (b % 6));
      const now = before.slice(0, start) + typed + before.slice(end);
      if (!one.broken(now)) return;
      const fix = repair(one.chips(before), before, now, start + typed.length);
      expect(fix).not.toBeNull();
      if (!fix) return;
      const repaired = now.slice(0, fix.start) + fix.text + now.slice(fix.end);
      expect(one.broken(repaired)).toBe(false);
      expect(repaired).toContain(typed);
    }),
  );
});
