import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { campaignScope, messageScope } from "./placeholder-names.ts";
import { parseTemplate, type TemplateValues } from "./placeholders.ts";

const values: TemplateValues = {
  contact: {
    first_name: "Kåre",
    last_name: "Berg",
    email: null,
    properties: { visits: 3, vip: true, note: "{{ contact.email }} <b>&</b>", blank: "  " },
  },
  workspace: { name: "Salong Ø" },
  sender: { address: "Varsla" },
};

function parse(text: string) {
  const result = parseTemplate(text, campaignScope);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.template;
}
const render = (text: string, of: TemplateValues = values) => parse(text).render(of);

function problems(text: string) {
  const result = parseTemplate(text, campaignScope);
  return result.ok ? [] : result.problems;
}

test("placeholders are replaced, by default where the value is null, absent or blank", () => {
  const text = 'Hei {{ contact.first_name | default: "du" }}!';
  expect(render(text)).toBe("Hei Kåre!");
  for (const first_name of [null, undefined, "", " \u00a0", "\u200b", "\u200e\u2060", "\ufeff", "\u3164", "\u2800"])
    expect(render(text, { contact: { first_name } })).toBe("Hei du!");
  expect(render(text, {})).toBe("Hei du!");
  expect(render("{{ contact.full_name }}, {{contact.properties.visits}} {{ contact.properties.vip }}")).toBe(
    "Kåre Berg, 3 true",
  );
  expect(render("{{ contact.full_name }}", { contact: { last_name: "Berg" } })).toBe("Berg");
  expect(render("{{ contact.properties.blank | default: 'x' }}{{ contact.properties.none }}")).toBe("x");
});

test("filters change the value", () => {
  expect(render("{{ contact.first_name | upcase }} {{ contact.first_name | downcase | capitalize }}")).toBe(
    "KÅRE Kåre",
  );
  expect(render("{{ contact.first_name | truncate: 3, '.' }}{{ 'abcdef' | truncate: 5 }}")).toBe("Kå.ab...");
  expect(render("{{ contact.first_name | append: '!' | prepend: '> ' | replace: 'å', 'aa' }}")).toBe("> Kaare!");
  expect(render("{{ contact.email | default: contact.first_name }}")).toBe("Kåre");
  expect(render("{{ ' x ' | strip }}")).toBe("x");
});

test("if, unless and case choose by the value, and a blank value is absent", () => {
  const text = "{% if contact.email %}mail{% elsif contact.properties.visits > 2 %}often{% else %}new{% endif %}";
  expect(render(text)).toBe("often");
  expect(render(text, { contact: { email: " " } })).toBe("new");
  expect(render("{% unless contact.email %}none{% endunless %}")).toBe("none");
  expect(render("{% case contact.first_name %}{% when 'Kåre', 'Ola' %}a{% else %}b{% endcase %}")).toBe("a");
  expect(render("{%- if contact.first_name contains 'år' and contact.last_name == 'Berg' -%} x {%- endif -%}")).toBe(
    "x",
  );
});

test("a value is text: never escaped, never rendered again, without control characters", () => {
  expect(render("{{ contact.properties.note }}")).toBe("{{ contact.email }} <b>&</b>");
  expect(render("a{{ contact.first_name }}", { contact: { first_name: "K\u0000å\u001br\u0085e\n" } })).toBe("aKåre\n");
  expect(render("plain\u0007 text")).toBe("plain text");
});

test("the fields of a text are listed once, in order, wherever they occur", () => {
  const text =
    "{{ contact.last_name | default: contact.first_name }}{% if workspace.name == sender.address %}{{ contact.first_name }}" +
    "{% case contact.locale %}{% when contact.properties.lang %}x{% endcase %}{% endif %}";
  expect(parse(text).fields).toEqual([
    "contact.last_name",
    "contact.first_name",
    "workspace.name",
    "sender.address",
    "contact.locale",
    "contact.properties.lang",
  ]);
  expect(parse("no placeholders at 10 % } {").fields).toEqual([]);
});

test("placeholders without a fallback are needed, and those with a default or condition are not", () => {
  const needs = (text: string) => parse(text).needs;
  expect(needs("Hei {{ contact.first_name }}, {{ contact.first_name | upcase }} {{ contact.properties.by }}!")).toEqual(
    [["contact.first_name"], ["contact.properties.by"]],
  );
  expect(needs("{{ contact.first_name | default: contact.last_name }}")).toEqual([
    ["contact.first_name", "contact.last_name"],
  ]);
  // A default after something was added is never used.
  expect(needs("{{ contact.first_name | append: '!' | default: 'du' }}")).toEqual([["contact.first_name"]]);
  for (const text of [
    "{{ contact.first_name | default: 'du' }}",
    "{{ contact.first_name | default: '' }}",
    "{{ contact.first_name | upcase | default: contact.last_name | default: 'du' }}",
    "{{ contact.first_name | default: workspace.name }}",
    "{{ workspace.name }} {{ sender.address }} {{ 'x' }}",
    "{% if contact.first_name %}Hei {{ contact.first_name }}{% else %}Hei{% endif %}",
    "{% unless contact.first_name == blank %}{{ contact.first_name }}{% endunless %}",
    "{% if contact.properties.by %}{% if contact.email %}{{ contact.properties.by }}{% endif %}{% endif %}",
    "{% case contact.locale %}{% when 'nb' %}{{ contact.locale }}{% endcase %}",
    "{% if contact.email == 'x' %}y{% endif %}",
    "Hei",
  ])
    expect(needs(text), text).toEqual([]);
  expect(needs("{% if contact.email %}{{ contact.first_name }}{% endif %}")).toEqual([["contact.first_name"]]);
});

test("an unknown placeholder is an error with its place, not a blank", () => {
  expect(problems("Hei {{ contact.frist_name }} og {{ name }}")).toEqual([
    {
      code: "unknown_placeholder",
      message: 'There is no placeholder "contact.frist_name".',
      position: 7,
      value: "contact.frist_name",
    },
    { code: "unknown_placeholder", message: 'There is no placeholder "name".', position: 35, value: "name" },
  ]);
  for (const name of [
    "contact",
    "contact.first_name.size",
    "contact.properties",
    "contact.properties.Bad-Key",
    "contact.constructor",
    "contact.__proto__",
    "contact[workspace.name]",
    "contact.properties[0]",
    "booking.start",
  ])
    expect(problems(`a {{ ${name} }}`)[0], name).toMatchObject({ code: "unknown_placeholder", position: 5 });
});

test("a filter that would change a link is refused, and one that leaves it is not", () => {
  for (const filter of [
    "upcase",
    "downcase",
    "capitalize",
    "truncate: 10",
    "replace: 'p', 'l'",
    "append: '.' | upcase",
  ])
    expect(problems(`Hei {{ preferences_link | ${filter} }}`), filter).toMatchObject([
      { code: "filter_of_link", position: 7, value: "preferences_link" },
    ]);
  expect(problems("{{ preferences_link | append: '.' }} {{ contact.first_name | upcase }}")).toEqual([]);
});

test("tags that loop, include or assign are refused", () => {
  for (const tag of [
    "for a in (1..9)",
    "include 'x'",
    "render 'x'",
    "assign a = 1",
    "capture a",
    "raw",
    "comment",
    "liquid",
    "cycle 1",
    "tablerow a in b",
    "layout 'x'",
    "echo 'x'",
    "# x",
  ])
    expect(problems(`Hei {% ${tag} %}`)[0], tag).toMatchObject({ position: expect.any(Number) });
  expect(problems("Hei {% for a in b %}{% endfor %}")).toEqual([
    {
      code: "unknown_tag",
      message: 'The tag "for" is not allowed. Use if, unless or case.',
      position: 4,
      value: "{% for a in b %}",
    },
  ]);
  expect(problems("{{ (1..1000000000) }}")).toHaveLength(1);
  expect(problems("{% if (1..1000000000) contains 3 %}{% endif %}")).toHaveLength(1);
});

test("broken Liquid is an error with its place", () => {
  for (const [text, code, position] of [
    ["Hei {{ contact.first_name", "not_closed", 4],
    ["Hei {% if contact.email %}", "not_closed", 4],
    ["Hei {{ og {{ contact.first_name }}", "not_closed", 4],
    ["{{ contact.email }} {{ contact. {% if contact.email %}x{% endif %}", "not_closed", 20],
    ["Hei {% endif %}", "stray_tag", 4],
    ["Hei {{ }}", "broken_placeholder", 7],
    ["{{ contact.first_name default: 'x' }}", "broken_placeholder", 30],
    ["{{ contact.email contact.email }}", "broken_placeholder", 0],
    ["{{ contact.email | shout }}", "unknown_filter", 19],
    ["{{ contact.email | date: '%Y' }}", "unknown_filter", 19],
    ["{{ contact.email | default }}", "filter_arguments", 19],
    ["{{ contact.email | truncate: 1, b: 2 }}", "filter_arguments", 19],
    ["{% if contact.email %}a{% else if contact.phone %}b{% endif %}", "broken_placeholder", 0],
  ] as const)
    expect(problems(text)[0], text).toMatchObject({ code, position });
});

test("content that the engine would silently ignore is an error with its place", () => {
  for (const [text, position, value] of [
    ['Hei {{ contact.first_name, default: "du" }}!', 25, ', default: "du"'],
    ['{{ contact.last_name, "x" }}', 20, ', "x"'],
    ["{{ contact.email | default: 'x' | upcase, 3 }}", 40, ", 3"],
    ["{{ contact.email | }}", 17, "|"],
    ["{{ contact.email | truncate: 3, }}", 30, ","],
    ["{{ contact.email | truncate: , 3 }}", 27, ":"],
    ["{{ contact.email ) }}", 17, ")"],
    ["{% if contact.email, contact.phone %}x{% endif %}", 19, ", contact.phone"],
    ["{% unless contact.email %}a{% else if x %}b{% endunless %}", 35, "if x"],
    ["{% unless contact.email %}a{% endunless x %}", 40, "x"],
    ["{% case contact.email %}{% when 'a' 'b' %}{% endcase %}", 36, "'b'"],
    ["{% case contact.email %}{% when 'a', %}{% endcase %}", 35, ","],
    ["{% case contact.email, 2 %}{% when 'a', 'b' %}{% endcase %}", 21, ", 2"],
    ["{% if contact.email %}a{% elsif contact.phone) %}b{% endif %}", 45, ")"],
  ] as const)
    expect(problems(text), text).toMatchObject([{ code: "broken_placeholder", position, value }]);
  for (const text of [
    "{{ contact.email | default: 'a, b | c) \\' d' }}",
    "{%- case contact.email -%}{%- when 'a', \"b\" or 'c' -%}x{%- else -%}y{%- endcase -%}",
    "{{- contact.email | truncate: 5, ',' | replace: ',', ')' -}}",
    "{% unless contact.email contains ',' %}x{% endunless %}",
  ])
    expect(problems(text), text).toEqual([]);
});

test("hostile texts are refused: too long, too deep, too many tags or filters, filters that grow a value", () => {
  expect(problems("x".repeat(20_001))[0]).toMatchObject({ code: "text_too_long", position: 20_000 });
  expect(problems("{% if contact.email %}".repeat(7) + "{% endif %}".repeat(7))[0]).toMatchObject({ code: "too_deep" });
  expect(problems("{% if contact.email %}".repeat(900))[0]).toMatchObject({ code: "too_many_tags" });
  expect(problems(`{{ contact.email${" | upcase".repeat(6)} }}`)[0]).toMatchObject({ code: "too_many_filters" });
  expect(problems(`{{ contact${"[a".repeat(9000)}`)).toHaveLength(1);
  const grow = ` | replace: 'a', '${"a".repeat(1000)}'`;
  expect(() => render(`{{ 'aaaaaaaa'${grow.repeat(3)} }}`)).toThrow("more than 10000 characters");
});

test("the compiled template and the engine render the same", () => {
  const name = fc.constantFrom(
    "contact.first_name",
    "contact.full_name",
    "contact.email",
    "contact.properties.visits",
    "contact.properties.note",
    "workspace.name",
    "'it''s'",
    '"x"',
    "7",
  );
  const filter = fc.constantFrom(
    "default: 'du'",
    "upcase",
    "capitalize",
    "truncate: 4",
    "append: workspace.name",
    "replace: 'a', \"b\"",
    "strip",
  );
  const output = fc
    .tuple(name, fc.array(filter, { maxLength: 3 }))
    .map(([of, filters]) => `{{ ${[of, ...filters].join(" | ")} }}`);
  const text = fc.array(fc.oneof(output, fc.constantFrom("Hei ", "\n", " {{- contact.email -}} ", "å€")), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(text, fc.boolean(), (pieces, full) => {
      const source = pieces.join("");
      const of = full ? values : { contact: { first_name: " " } };
      if (!parseTemplate(source, campaignScope).ok) return;
      expect(render(source, of)).toBe(render(`{% if true %}${source}{% endif %}`, of));
    }),
    { numRuns: runs(300, 100_000) },
  );
});

test("no text makes parsing or rendering throw", () => {
  const scrap = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "%}",
    "-",
    "'",
    '"',
    "contact.",
    "first_name",
    "|",
    "default:",
    "if ",
    "endif",
    "else",
    "case ",
    "when ",
    "[",
    "(",
    "..",
    "\n",
    "1",
    "å",
  );
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 20 }), (scraps) => {
      const text = scraps.join("");
      const result = parseTemplate(text, messageScope);
      if (result.ok) expect(typeof result.template.render(values)).toBe("string");
      else for (const { position } of result.problems) expect(position).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: runs(1_000, 100_000) },
  );
});
