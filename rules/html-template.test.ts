/** Texts in HTML: whatever the writer or the values hold, it is words. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeHtml } from "./escape-html.ts";
import { eventScope } from "./event-placeholders.ts";
import { attributeInHtml, textInHtml } from "./html-template.ts";
import { mapTexts } from "./map-texts.ts";
import { parseTemplate, type TemplateValues } from "./placeholders.ts";

function rendered(html: string, values: TemplateValues = {}): string {
  const parsed = parseTemplate(html, eventScope, { longest: 1_000_000 });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.template.render(mapTexts(values, escapeHtml));
}

test("words are escaped, line breaks kept, addresses are links without the stop behind them", () => {
  expect(textInHtml("Hei <b> & 'du'\r\nSe https://x.example/a?b=1&c=2.\n\nMvh", eventScope)).toBe(
    'Hei &lt;b&gt; &amp; &#39;du&#39;<br>Se <a href="https://x.example/a?b=1&amp;c=2" style="color:#1d4ed8">https://x.example/a?b=1&amp;c=2</a>.<br><br>Mvh',
  );
});

test("a placeholder that is an address is a link, and one within an address belongs to it", () => {
  const html = rendered(textInHtml("{{ event.url }} https://x.example/{{ order.reference }}/kart", eventScope), {
    event: { url: "https://t.example/?a=1&b=2" },
    order: { reference: "K7" },
  });
  expect(html.match(/href="[^"]*"/g)).toEqual([
    'href="https://t.example/?a=1&amp;b=2"',
    'href="https://x.example/K7/kart"',
  ]);
});

test.each([
  '{{ buyer.first_name | default: "<script>alert(1)</script>" }}',
  String.raw`{{ buyer.first_name | default: "\u003cscript\u003ealert(1)" }}`,
  String.raw`{{ buyer.first_name | default: '\x3cscript>' }}`,
  String.raw`{{ buyer.first_name | default: "\\\"<script>" }}`,
  `{{ buyer.first_name | default: 'a" onclick="alert(1)' }}`,
  '{{ buyer.first_name | default: "<" | append: "script>" }}',
])("no markup is made by the text of a placeholder: %s", (text) => {
  const html = rendered(textInHtml(text, eventScope));
  expect(html).not.toMatch(/<script/i);
  const attribute = rendered(`<i title="${attributeInHtml(text)}">`);
  expect(attribute.match(/"/g)).toHaveLength(2);
  expect(attribute).not.toMatch(/<script/i);
});

test("values are words too", () => {
  const html = rendered(textInHtml("Hei {{ buyer.first_name }}", eventScope), {
    buyer: { first_name: "<img onerror=x>" },
  });
  expect(html).toBe("Hei &lt;img onerror=x&gt;");
});

test("conditions stay conditions", () => {
  const html = rendered(textInHtml('{% if event.name == "A & B" %}ja{% else %}nei{% endif %}', eventScope), {
    event: { name: "A & B" },
  });
  expect(html).toBe("ja");
});

test("property: of any text without placeholders the HTML has the words and nothing else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!/\{\{|\{%|https?:/i.test(text));
      const back = textInHtml(text, eventScope)
        .replaceAll("<br>", "\n")
        .replaceAll(
          /&(lt|gt|quot|#39|#123|amp);/g,
          (_, name: string) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", "#123": "{", amp: "&" })[name] as string,
        );
      expect(back).toBe(text.replaceAll(/\r\n?/g, "\n"));
    }),
  );
});
