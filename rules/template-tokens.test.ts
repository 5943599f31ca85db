import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { firstUnclosed, readPlaceholder, readTemplateTokens } from "./template-tokens.ts";

/** Each token's kind and text. */
const cut = (text: string) =>
  readTemplateTokens(text).map(({ kind, start, end }) => `${kind} ${JSON.stringify(text.slice(start, end))}`);
const placeholders = (text: string) =>
  readTemplateTokens(text).flatMap((token) => {
    const placeholder = readPlaceholder(text, token);
    return placeholder ? [placeholder] : [];
  });

test("a text is cut into words, placeholders and tags", () => {
  expect(cut('Hei {{ contact.first_name | default: "du" }}!{% if contact.email %}x{%- endif -%}')).toEqual([
    'text "Hei "',
    'output "{{ contact.first_name | default: \\"du\\" }}"',
    'text "!"',
    'tag "{% if contact.email %}"',
    'text "x"',
    'tag "{%- endif -%}"',
  ]);
  expect(cut("")).toEqual([]);
  expect(cut("10 % } { }} %}")).toEqual(['text "10 % } { }} %}"']);
});

test("a half-written placeholder is unclosed up to the next placeholder or tag, and hides none of them", () => {
  for (const [text, tokens] of [
    ["Hei {{", ['text "Hei "', 'unclosed "{{"']],
    ["Hei {{ contact.first_name }", ['text "Hei "', 'unclosed "{{ contact.first_name }"']],
    ["{{ og {{ contact.email }}", ['unclosed "{{ og "', 'output "{{ contact.email }}"']],
    ["{{ it's {{ contact.email }} it's", ['unclosed "{{ it\'s "', 'output "{{ contact.email }}"', 'text " it\'s"']],
    ["{% if {{ contact.email }}", ['unclosed "{% if "', 'output "{{ contact.email }}"']],
    ["{{{{ contact.email }}}}", ['unclosed "{{"', 'output "{{ contact.email }}"', 'text "}}"']],
    ["{{{ contact.email }}}", ['output "{{{ contact.email }}"', 'text "}"']],
  ] as const)
    expect(cut(text), text).toEqual(tokens);
  expect(firstUnclosed(readTemplateTokens("a {{ b }} {{ c {% d %}"))).toMatchObject({ start: 10, end: 15 });
  expect(firstUnclosed(readTemplateTokens("a {{ b }} {% d %}"))).toBeNull();
});

test("braces in quotes are part of the placeholder", () => {
  expect(cut("{{ contact.email | default: 'a }} b {{ c %}' }}.")).toHaveLength(2);
  expect(placeholders("{{ contact.email | default: 'a }} b' | replace: \"}}\", '{{' }}")).toMatchObject([
    { start: 0, end: 61, default: "a }} b", isPlain: false },
  ]);
});

test("raw, which is not allowed, hides nothing", () => {
  expect(cut("{% raw %}{{ contact.email }}{% endraw %}")).toEqual([
    'tag "{% raw %}"',
    'output "{{ contact.email }}"',
    'tag "{% endraw %}"',
  ]);
  expect(cut("{% raw %}{{ contact.email }}")).toHaveLength(2);
  expect(cut("{% %}{%}")).toEqual(['tag "{% %}"', 'tag "{%}"']);
});

test("a placeholder is found with its field, its first default and its place", () => {
  const text = "😀 æøå {{- contact.first_name | default: '🎉 på' -}} 👨‍👩‍👧 {{contact.properties.by}}";
  const found = placeholders(text);
  expect(found.map(({ field, default: fallback, isPlain }) => [field, fallback, isPlain])).toEqual([
    ["contact.first_name", "🎉 på", true],
    ["contact.properties.by", null, true],
  ]);
  expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
    "{{- contact.first_name | default: '🎉 på' -}}",
    "{{contact.properties.by}}",
  ]);
});

test("only a dotted name with at most a default in quotes is plain", () => {
  const plain = (text: string) => placeholders(text).map(({ isPlain }) => isPlain);
  expect(plain("{{ contact.email | default: '' }}")).toEqual([true]);
  for (const text of [
    "{{ contact.email | upcase }}",
    "{{ contact.email | default: contact.phone }}",
    "{{ contact.email | default: 'x' | upcase }}",
    "{{ contact.email | default: 'x', 'y' }}",
    "{{ contact.email | default: 3 }}",
    "{{ contact['email'] }}",
    "{{ contact . email }}",
  ])
    expect(plain(text), text).not.toContain(true);
});

test("an output that Liquid would not read to its end is no placeholder", () => {
  for (const text of [
    "{{ }}",
    "{{ 'x' }}",
    "{{ 7 }}",
    "{{ contact.email, default: 'x' }}",
    "{{ contact.email default: 'x' }}",
    "{{ contact.email | default: 'x }}",
    "{{ contact.email contact.phone }}",
    "{{ (1..3) }}",
  ])
    expect(placeholders(text), text).toEqual([]);
});

test("the tokens of any text are the text, however much of it is half-written", () => {
  const scrap = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "%}",
    "{",
    "}",
    "-",
    "'",
    '"',
    "\\",
    "contact.email",
    "|",
    " ",
    "😀",
    "å",
  );
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 25 }), (scraps) => {
      const text = scraps.join("");
      const tokens = readTemplateTokens(text);
      expect(tokens.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
      for (const token of tokens) readPlaceholder(text, token);
    }),
    { numRuns: runs(1_000, 100_000) },
  );
  for (const piece of ["{{", "{{ ", '{{ "', "{%", "{{ x | default: '"]) {
    const text = `${piece.repeat(200_000 / piece.length)}'}}`;
    const tokens = readTemplateTokens(text);
    expect(tokens.at(-1)?.end).toBe(text.length);
    // Each of them costs a search to the text's end, so that without a limit the time would grow with the square of the length.
    expect(tokens.filter(({ kind }) => kind === "unclosed").length, piece).toBeLessThanOrEqual(50);
  }
});
