/** A layout's HTML: what mail programs take stays as it is written, everything else goes and is said. */
import fc from "fast-check";
import { Parser } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { escapeHtml } from "../../rules/escape-html.ts";
import { eventScope } from "../../rules/event-placeholders.ts";
import { layOut } from "../../rules/mail-layout.ts";
import { mapTexts } from "../../rules/map-texts.ts";
import { parseTemplate, type TemplateValues } from "../../rules/placeholders.ts";
import { hostileHtml } from "../../testing/hostile-html.ts";
import { isAllowedAttribute, isKeptDeclaration } from "./allowed-html.ts";
import { cleanHtml } from "./clean-html.ts";

const clean = (html: string) => cleanHtml(html, eventScope, "nb");
/** What is between the tags of body. */
const content = (html: string) => /<body[^>]*>\n([^]*)\n<\/body>/.exec(clean(html).html)?.[1];
const codes = (html: string) => {
  const { problems, warnings } = clean(html);
  return {
    problems: problems.map(({ code }) => code),
    warnings: warnings.map(({ code, value }) => `${code} ${value}`),
  };
};

function render(html: string, values: TemplateValues = {}): string {
  const parsed = parseTemplate(html, eventScope, { longest: 10_000_000 });
  if (!parsed.ok) throw new Error(`${parsed.problems[0]?.message} in ${html}`);
  return parsed.template.render(mapTexts(values, escapeHtml));
}

/** What a mail program could act upon in a document, beyond what a layout may have. */
function dangers(html: string): string[] {
  const dangers: string[] = [];
  const known = /^(html|head|meta|title|style|body)$/;
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (
        /^(script|iframe|object|embed|form|input|button|textarea|select|link|base|svg|math|noscript|template|xmp|plaintext|video|audio|frame|frameset|portal)$/.test(
          tag,
        )
      )
        dangers.push(tag);
      for (const [name, value] of Object.entries(attributes)) {
        const isOwn = known.test(tag) && /^(lang|dir|charset|name|content)$/.test(name);
        if (!isOwn && !isAllowedAttribute(tag, name)) dangers.push(`${tag} ${name}`);
        if (/^(href|src|cite)$/.test(name) && !/^(https?:\/\/|mailto:|tel:|#)|^[^:]*$/i.test(value))
          dangers.push(`${name} ${value}`);
        if (name === "style")
          for (const each of value.split(";").filter((part) => !/url\(/i.test(value) && part.trim()))
            if (!isKeptDeclaration(each.split(":")[0] ?? "", each.split(":").slice(1).join(":"))) dangers.push(each);
      }
    },
    oncomment: (text) => void dangers.push(`comment ${text}`),
  });
  parser.end(html);
  return dangers;
}

test("a fragment becomes a document in the workspace's language, and a clean document stays as it is", () => {
  const { html, problems, warnings } = clean('<p style="color:#333">Hei &amp; velkommen, Åse 🎄<br>#CUSTOMTEXT#</p>');
  expect(html).toBe(
    '<!doctype html>\n<html lang="nb">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title></title>\n</head>\n<body>\n<p style="color:#333">Hei &amp; velkommen, Åse 🎄<br />#CUSTOMTEXT#</p>\n</body>\n</html>\n',
  );
  expect([...problems, ...warnings]).toEqual([]);
  expect(clean(html)).toEqual({ html, problems: [], warnings: [] });
});

test("the built-in layout loses nothing", () => {
  const given = layOut({
    language: "sv",
    title: "{{ event.name }}",
    body: "<p>#CUSTOMTEXT#</p>",
    logo: { url: "https://x.example/logo.png", name: '{{ workspace.name | default: "Sal \\"A\\"" }}' },
    colors: { accent: "#facc15" },
    button: { text: "Biljetter", url: "{{ order.link }}" },
    footer: "Salen AB\nGötgatan 35 https://salen.example",
  });
  const { html, problems, warnings } = clean(given);
  expect([...problems, ...warnings]).toEqual([]);
  const plain = (text: string) =>
    text
      .replaceAll(/\s*\/?>|\s+/g, "")
      .replaceAll('"', "'")
      .toLowerCase();
  expect(plain(html)).toBe(plain(given));
  expect(html).toContain('<html lang="sv">');
});

test("what a document says of itself stays: language, direction, dark mode, title, styles, the body's look", () => {
  const { html, warnings } = clean(
    `<html lang="he" dir="rtl"><head><title>Tilbud {{ event.name }}</title><meta name="color-scheme" content="light only"><style>.a > b{color:red!important}/* x */@media (max-width:600px){.a{width:100%!important}}</style></head><body bgcolor="#ffffff" style="margin:0"><p class="a">x</p></body></html>`,
  );
  expect(warnings).toEqual([]);
  expect(html).toContain('<html lang="he" dir="rtl">');
  expect(html).toContain('<meta name="color-scheme" content="light only">');
  expect(html).toContain("<title>Tilbud {{ event.name }}</title>");
  expect(html).toContain(".a > b{color:red!important}");
  expect(html).toContain("@media (max-width:600px){.a{width:100%!important}}");
  expect(html).toContain('<body bgcolor="#ffffff" style="margin:0">');
});

describe("what is removed", () => {
  test.each([
    ["<script>alert(1)</script>", "", "removed_tag script"],
    ['<p onclick="x()">a</p>', "<p>a</p>", "removed_attribute onclick"],
    ['<form action="https://x.example"><input name=a>b</form>', "b", "removed_tag form"],
    ['<link rel="stylesheet" href="https://x.example/a.css">a', "a", "removed_tag link"],
    ['<base href="https://x.example">a', "a", "removed_tag base"],
    ['<meta http-equiv="refresh" content="0;url=https://x.example">a', "a", "removed_tag meta"],
    ['<iframe src="https://x.example"><p>a</p></iframe>b', "b", "removed_tag iframe"],
    ["<svg><a href=x>b</a></svg>c", "c", "removed_tag svg"],
    ['<a href="javascript:alert(1)">a</a>', "<a>a</a>", "refused_link javascript:alert(1)"],
    ['<a href=" java\nscript:alert(1)">a</a>', "<a>a</a>", "refused_link  java\nscript:alert(1)"],
    ['<a href="&#106;avascript:alert(1)">a</a>', "<a>a</a>", "refused_link javascript:alert(1)"],
    ['<a href="vbscript:x">a</a>', "<a>a</a>", "refused_link vbscript:x"],
    ['<a href="data:text/html,x">a</a>', "<a>a</a>", "refused_link data:text/html,x"],
    ['<img src="data:image/png;base64,AA" alt="">', '<img alt="" />', "refused_image data:image/png;base64,AA"],
    ['<img src="cid:logo" alt="">', '<img alt="" />', "refused_image cid:logo"],
    ['<p style="position:fixed;color:red">a</p>', '<p style="color:red">a</p>', "removed_style position"],
    ['<p style="background:url(javascript:x)">a</p>', "<p>a</p>", "removed_style background"],
    ['<p style="width:expression(alert(1))">a</p>', "<p>a</p>", "removed_style width"],
    ['<p style="color:r\\65 d">a</p>', "<p>a</p>", "removed_style color"],
    ["<style>@import url(https://x.example/a.css);</style>a", "a", "removed_style @import"],
    ["<style>@font-face{font-family:x;src:url(https://x.example/a)}</style>a", "a", "removed_style @font-face"],
    ["<style>p{behavior:url(x)}</style>a", "a", "removed_style behavior"],
    ["<!--[if mso]><table><![endif]-->a", "a", "removed_comment [if mso]><table><![endif]"],
  ])("%s", (given, kept, said) => {
    expect(content(given)).toBe(kept);
    expect(codes(given)).toEqual({ problems: [], warnings: expect.arrayContaining([said]) });
    expect(clean(given).html).not.toContain("<style>");
  });

  test("a picture behind a table is kept, from the web alone", () => {
    const given = `<td style="background-image:url('https://x.example/a.png')">a</td>`;
    expect(content(given)).toBe(given);
    expect(content(given.replace("https:", "ftp:"))).toBe("<td>a</td>");
  });
});

test.each([
  ['<a href="">a</a>', "broken_link "],
  ['<a href="#">a</a>', "broken_link #"],
  ['<a href="www.x.example">a</a>', "broken_link www.x.example"],
  ['<a href="//x.example">a</a>', "broken_link //x.example"],
  ['<a href="https://">a</a>', "broken_link https://"],
  ['<a href="ftp://x.example/a">a</a>', "refused_link ftp://x.example/a"],
  ['<img src="a.png" alt="A">', "broken_image a.png"],
  ['<img alt="A" src="">', "broken_image "],
  ['<img src="https://x.example/a.png">', "image_without_alt https://x.example/a.png"],
  ['<img src="http://x.example/a.png" alt="">', "insecure_image http://x.example/a.png"],
])("warned of, with its place: %s", (given, said) => {
  const html = `<p>Hei {{ event.name }}</p>${given}`;
  const { problems, warnings } = clean(html);
  expect(problems).toEqual([]);
  expect(warnings.map(({ code, value }) => `${code} ${value}`)).toEqual([said]);
  expect(warnings[0]).toMatchObject({ field: "html", position: html.indexOf(given) });
});

test("links to the web, to mail, to telephones and within the mail are as they should be", () => {
  const given = `<a href="https://x.example/?a=1&amp;b=2">a</a><a href="mailto:a@x.example">b</a><a href="tel:+4791234567">c</a><a href="#top">d</a><a href="{{ event.url }}">e</a><a href="https://x.example/{{ order.reference }}">f</a>`;
  expect(content(given)).toBe(given);
  expect(codes(given)).toEqual({ problems: [], warnings: [] });
});

describe("placeholders", () => {
  test("stay as they are among words, with entities of editors read as what they stand for", () => {
    expect(content("<p>{{&nbsp;event.name&nbsp;}}</p>")).toBe("<p>{{ event.name }}</p>");
    expect(content("<p>{{ event.name | default: &quot;x&quot; }}</p>")).toBe('<p>{{ event.name | default: "x" }}</p>');
    expect(content("{% if order.reference != 'a' %}<p>x</p>{% endif %}")).toBe(
      `{% if order.reference != "a" %}<p>x</p>{% endif %}`,
    );
  });

  test("in an attribute with quotes of any kind they work", () => {
    const html = content(
      `<a href="{{ event.url | default: "https://x.example/?a=1&b" }}" title='{{ event.name | default: "A'" }}'>a</a>`,
    );
    expect(render(html ?? "")).toBe('<a href="https://x.example/?a=1&amp;b" title="A&#39;">a</a>');
    expect(render(html ?? "", { event: { url: "https://t.example", name: '"><script>' } })).toBe(
      '<a href="https://t.example" title="&quot;&gt;&lt;script&gt;">a</a>',
    );
  });

  test.each([
    ['<a href="{{ buyer.first_name }}">a</a>', "not_a_link"],
    ['<a href="{{ event.url | append: "x" }}">a</a>', "not_a_link"],
    ['<a href="{{ event.url | default: "javascript:alert(1)" }}">a</a>', "not_a_link"],
    ['<p style="color:{{ event.name }}">a</p>', "placeholder_in_attribute"],
    ['<p class="{{ event.name }}">a</p>', "placeholder_in_attribute"],
    ['<a href="https://x.example/{% if event.url %}a{% endif %}">a</a>', "tag_in_attribute"],
    ['<img alt="{% if event.url %}">{% endif %}" onerror="alert(1)" x="">', "tag_in_attribute"],
    ['<a title="#CUSTOMTEXT#">a</a>', "custom_text_in_attribute"],
    ["<p>#CUSTOM<b>TEXT#</b></p>", "split_custom_text"],
    ["{% if event.url %}<svg>{% endif %}</svg>", "not_closed"],
  ])("what cannot be saved: %s", (given, code) => {
    const { problems } = clean(given);
    expect(problems.map((each) => each.code)).toEqual([code]);
    const position = code === "not_closed" ? null : 0;
    expect(problems[0]).toMatchObject({ field: "html", position, value: expect.any(String) });
  });

  test.each([
    '<p>{{ event.name | default: "<script>alert(1)</script>" }}</p>',
    String.raw`<p>{{ event.name | default: "\u003cscript\u003ealert(1)\u003c/script\u003e" }}</p>`,
    String.raw`<a href="https://x.example" title="{{ event.name | default: '\u0022 onclick=\u0022alert(1)' }}">a</a>`,
    `<a title='{{ event.name | default: '" onclick="alert(1)' }}'>a</a>`,
    '<img alt="{{ " src=x onerror=alert(1) " }}">',
    "<{{ event.name }} onclick=alert(1)>",
    "<p {{ event.name }}=x>a</p>",
    "<style>p{color:{{ event.name }}}{{ event.url }}{}</style>a",
    "<!-- {{ event.name }} -->a",
    "{% if event.url %}<b>{% else %}<i>{% endif %}a</b></i>",
  ])("nothing dangerous comes of %s", (given) => {
    const parsed = parseTemplate(given, eventScope);
    if (!parsed.ok) return;
    const { html } = clean(given);
    for (const value of ["", "script", '"><script>alert(1)</script>', "x onerror=alert(1)", "javascript:alert(1)"])
      expect(dangers(render(html, { event: { name: value } }))).toEqual([]);
  });
});

describe("hostile HTML", () => {
  test.each(hostileHtml)("%s", (given) => {
    const { html, problems } = clean(given);
    expect(problems).toEqual([]);
    expect(dangers(html)).toEqual([]);
    expect(clean(html)).toMatchObject({ html, problems: [] });
  });

  test("property: pieces of it in any order are harmless, and cleaning once is enough", () => {
    const piece = fc.oneof(
      fc.constantFrom(...hostileHtml.flatMap((each) => each.split(/(?=[<>"'])/))),
      fc.constantFrom(
        "{{ event.name }}",
        "{{ event.url }}",
        '{{ event.name | default: "<b>" }}',
        "{% if event.url %}",
        "{% endif %}",
        "#CUSTOMTEXT#",
      ),
      fc.string({ unit: "grapheme", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const given = pieces.join("");
        fc.pre(given.isWellFormed() && parseTemplate(given, eventScope).ok);
        const { html, problems } = clean(given);
        if (problems.length > 0) return;
        expect(dangers(render(html, { event: { name: '"><script>x</script>', url: "" } }))).toEqual([]);
        const again = clean(html);
        expect(again.problems).toEqual([]);
        expect(again.html).toBe(html);
      }),
      { numRuns: 2_000 },
    );
  });

  test("too many elements and too deep ones are refused, with the place", () => {
    expect(clean("<b>x</b>".repeat(100_000))).toMatchObject({
      problems: [{ code: "too_many_elements", position: 160_000 }],
    });
    expect(clean("<div>".repeat(100_000))).toMatchObject({ problems: [{ code: "too_deep", position: 500 }] });
    expect(clean("<p>x".repeat(1_000)).problems).toEqual([]);
    expect(clean(`${"<table><tr><td>".repeat(20)}x`).problems).toEqual([]);
  });

  test("what is read otherwise once something around it is gone is cleaned until it stays", () => {
    const { html, problems } = clean(
      '<a href="https://x.example"><math<style>p{color:red}</style><a href="https://x.example">',
    );
    expect(problems).toEqual([]);
    expect(clean(html)).toEqual({ html, problems: [], warnings: [] });
  });

  test("unclosed tags are closed", () => {
    expect(content("<table><tr><td><b>x")).toBe("<table><tr><td><b>x</b></td></tr></table>");
    expect(content("a</div></td>b")).toBe("ab");
  });

  test("however much is wrong, only so much is said", () => {
    const { warnings } = clean(Array.from({ length: 500 }, (_, i) => `<p on${i}=x>a</p>`).join(""));
    expect(warnings).toHaveLength(50);
  });
});
