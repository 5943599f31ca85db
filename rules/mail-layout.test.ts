import { expect, test } from "vitest";
import { eventScope } from "./event-placeholders.ts";
import { layOut, readableOn } from "./mail-layout.ts";
import { parseTemplate } from "./placeholders.ts";

test("the layout escapes what it is given, and takes no styles from a colour and no scripts from an address", () => {
  const html = layOut({
    language: "nb",
    title: 'Hei <"you">',
    body: "<p>Velkommen</p>",
    logo: { url: 'https://x.example/"onerror="alert(1)', name: "<Saks>" },
    colors: { accent: "red;background:url(https://evil.example)", panel: "#abc" },
    button: { text: "Se <billetten>", url: "https://x.example/?a=1&b=2" },
    footer: "Storgata 1\n<script>",
  });
  expect(html).toContain("<title>Hei &lt;&quot;you&quot;&gt;</title>");
  expect(html).toContain('href="https://x.example/?a=1&amp;b=2"');
  expect(html).toContain("Storgata 1<br>&lt;script&gt;");
  expect(html).not.toMatch(/<script|onerror="|evil/);
  expect(html).toContain("<p>Velkommen</p>");
  expect(html).toContain('bgcolor="#aabbcc"');
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  const hostile = layOut({
    language: "nb",
    title: "",
    body: "",
    logo: { url: "javascript:alert(1)", name: "x" },
    button: { text: "x", url: "data:text/html,x" },
  });
  expect(hostile).not.toMatch(/javascript|data:|<img|<a /);
});

test("placeholders in every part of it work as in a text, also those with a text in quotes", () => {
  const html = layOut({
    language: "nb",
    title: "{{ event.name }}",
    body: "#CUSTOMTEXT#",
    logo: { url: "https://x.example/{{ order.reference }}.png", name: '{{ workspace.name | default: "<Saks>" }}' },
    button: { text: '{{ event.name | append: "!" }}', url: "{{ event.url }}" },
    footer: '{{ workspace.name | default: "Us & them" }}\nStorgata 1',
  });
  const parsed = parseTemplate(html, eventScope);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const shown = parsed.template.render({
    event: { name: "Konsert", url: "https://t.example/1" },
    order: { reference: "K7" },
  });
  expect(shown).toContain("<title>Konsert</title>");
  expect(shown).toContain('src="https://x.example/K7.png" alt="&lt;Saks&gt;"');
  expect(shown).toContain('href="https://t.example/1"');
  expect(shown).toContain(">Konsert!</a>");
  expect(shown).toContain("Us &amp; them<br>Storgata 1");
});

test("the button's words can be read on its colour", () => {
  expect(readableOn("#1d4ed8")).toBe("#ffffff");
  expect(readableOn("#facc15")).toBe("#18181b");
  expect(readableOn("#000000")).toBe("#ffffff");
  expect(readableOn("#ffffff")).toBe("#18181b");
});
