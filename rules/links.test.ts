import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { parseLinkedTemplate } from "./linked-template.ts";
import { findLinks, linkProblems, readTarget, replaceLinks } from "./links.ts";
import { campaignScope } from "./placeholder-names.ts";
import { parseTemplate } from "./placeholders.ts";
import { renderText } from "./render-text.ts";
import { codes, readCode, writeCode } from "./short-link-code.ts";
import { withUtm } from "./utm.ts";

const urls = (text: string) => findLinks(text).map(({ url }) => url);

test("a link ends where the sentence goes on", () => {
  expect(urls("Se https://example.com/a. Hei")).toEqual(["https://example.com/a"]);
  expect(urls("(https://example.com/a)")).toEqual(["https://example.com/a"]);
  expect(urls("https://no.wikipedia.org/wiki/Fisk_(mat), altså")).toEqual(["https://no.wikipedia.org/wiki/Fisk_(mat)"]);
  expect(urls("«https://example.com» HTTP://EXAMPLE.ORG!")).toEqual(["https://example.com", "HTTP://EXAMPLE.ORG"]);
  expect(urls("https://a.no?x=1&y=2\nhttps://b.no/#c…")).toEqual(["https://a.no?x=1&y=2", "https://b.no/#c"]);
  expect(urls("https:// og http://, www.a.no")).toEqual([]);
  expect(urls("Her:https://a.no/?u=https://b.no")).toEqual(["https://a.no/?u=https://b.no"]);
});

test("a placeholder within a link belongs to it; one in a default or a tag is no link", () => {
  expect(urls("https://a.no/{{ contact.locale }}/x?n={{contact.email}}.")).toEqual([
    "https://a.no/{{ contact.locale }}/x?n={{contact.email}}",
  ]);
  expect(urls('{{ contact.first_name | default: "https://a.no" }}')).toEqual([]);
  expect(urls('{% if contact.email == "https://a.no" %}x{% endif %}')).toEqual([]);
  expect(urls("{% if contact.email %}https://a.no{% else %}https://b.no{% endif %}")).toEqual([
    "https://a.no",
    "https://b.no",
  ]);
});

const problems = (text: string, shorten = true) =>
  linkProblems(text, { shorten, own: ["sms.test"] }).map(({ code, value }) => [code, value]);

test("what cannot be shortened is named", () => {
  expect(problems("https://a.no {{ contact.email }}")).toEqual([]);
  expect(problems("Klikk javascript:alert(1)")).toEqual([["refused_link", "javascript:alert(1)"]]);
  expect(problems("JavaScript:alert(1) data:text/html,x")).toHaveLength(2);
  expect(problems("Ny data:2GB")).toEqual([]);
  expect(problems("https://a.no/{% if contact.email %}x{% endif %}")).toEqual([["cut_link", "https://a.no/"]]);
  expect(problems("https://a.no:99999/")).toEqual([["invalid_link", "https://a.no:99999/"]]);
  expect(problems(`https://a.no/${"x".repeat(2_000)}`)[0]?.[0]).toBe("link_too_long");
  const many = Array.from({ length: 21 }, (_, i) => `https://a.no/${i}`).join(" ");
  expect(problems(many)).toEqual([["too_many_links", "21"]]);
  expect(problems("javascript:alert(1)", false)).toEqual([]);
});

test("a recipient's own page of preferences is refused in every text", () => {
  for (const shorten of [true, false]) {
    expect(problems("Se https://SMS.test/p/k3Xv9QaZ81bC.", shorten)).toEqual([
      ["own_preferences_link", "SMS.test/p/k3Xv9QaZ81bC."],
    ]);
    // Also behind a letter that is longer in lower case.
    expect(problems("İİİ sms.test/p/k3Xv9QaZ81bC", shorten)[0]?.[1]).toBe("sms.test/p/k3Xv9QaZ81bC");
    for (const other of ["sms.test/p/", "sms.test/p/prices", "sms.test/p/k3Xv9QaZ81bCd", "example.com/p/k3Xv9QaZ81bC"])
      expect(problems(`Se ${other}`, shorten), other).toEqual([]);
  }
  expect(problems("Se {{ preferences_link }}", true)).toEqual([]);
});

test("a recipient's own short link is refused in every text", () => {
  for (const shorten of [true, false]) {
    expect(problems("Se https://SMS.test/l/AbCdEfGhIj nå", shorten)).toEqual([["own_link", "SMS.test/l/AbCdEfGhIj"]]);
    expect(problems("Se https://sms.test/p/AbCdEfGhIj nå", shorten)).toEqual([]);
  }
});

test("a redirect leads to http and https only", () => {
  expect(readTarget("https://blåbær.no/tilbud?a=Anne Marie")).toBe("https://xn--blbr-roah.no/tilbud?a=Anne%20Marie");
  for (const text of ["javascript:alert(1)", "data:text/html,x", "//a.no", "/a", "mailto:a@b.no", "https://"])
    expect(readTarget(text)).toBeNull();
});

test("a text is rendered with stand-ins as long as short links, and says where each leads", () => {
  const base = "https://sms.test/l/";
  const text = "Hei {{ contact.first_name }}: https://a.no/?n={{ contact.first_name }} og https://a.no";
  const parsed = parseLinkedTemplate(text, campaignScope, base);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(parsed.template.fields).toEqual(["contact.first_name"]);
  const rendered = renderText(parsed.template, { contact: { first_name: "Anne Marie" } }, null);
  const [first, second] = [base + writeCode(0n), base + writeCode(1n)];
  expect(rendered).toMatchObject({ ok: true, text: `Hei Anne Marie: ${first} og ${second}` });
  expect(rendered.ok && rendered.links).toEqual([
    { url: "https://a.no/?n={{ contact.first_name }}", target: "https://a.no/?n=Anne%20Marie", standIn: first },
    { url: "https://a.no", target: null, standIn: second },
  ]);
});

test("of an if only the branch's link is in the text", () => {
  const text = "{% if contact.email %}https://a.no{% else %}https://b.no{% endif %}";
  const parsed = parseLinkedTemplate(text, campaignScope, "https://sms.test/l/");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const rendered = renderText(parsed.template, {}, null);
  expect(rendered.ok && rendered.links.map(({ url }) => url)).toEqual(["https://b.no"]);
});

test("links never change how the rest of a text is read", () => {
  const piece = fc.constantFrom(
    "https://a.no/x",
    "http://b.no?q={{ contact.email }}",
    "{{ contact.first_name }}",
    "{% if contact.email %}",
    "{% endif %}",
    " ",
    ".",
    ")",
    "hei",
    "😀",
    "{{",
    "}}",
    "\n",
    "https://",
    "«",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const links = findLinks(text);
      for (const { start, end, url } of links) expect(text.slice(start, end)).toBe(url);
      expect(replaceLinks(text, ({ url }) => url)).toBe(text);
      const parsed = parseLinkedTemplate(text, campaignScope, "https://sms.test/l/");
      expect(parsed.ok).toBe(parseTemplate(text, campaignScope).ok);
      // Found as whole addresses, a shortened text has no other links left.
      if (parsed.ok && !links.some(({ isCut }) => isCut)) {
        const values = { contact: { first_name: "Kari", email: "k@example.com" } };
        const rendered = renderText(parsed.template, values, null);
        if (rendered.ok) expect(rendered.text).not.toMatch(/:\/\/[ab]\.no/);
      }
    }),
    { numRuns: runs(500, 20_000) },
  );
});

test("a code is ten characters, and is read with what a phone adds to it", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: codes - 1n }),
      fc.constantFrom("", ".", ")", "/", "?x=1", "…"),
      (code, more) => {
        expect(writeCode(code)).toMatch(/^[0-9A-Za-z]{10}$/);
        expect(readCode(writeCode(code) + more)).toBe(code);
      },
    ),
  );
  for (const text of ["", "short", "with space", "åäöåäöåäöå"]) expect(readCode(text)).toBeNull();
});

test("UTM parameters are added to an address, in place of those that it has", () => {
  const utm = { source: "sms", medium: "sms", campaign: "Høst & vår" };
  expect(withUtm("https://a.no", { source: "sms" })).toBe("https://a.no?utm_source=sms");
  expect(withUtm("https://a.no/?a=1&utm_source=mail#top", utm)).toBe(
    "https://a.no/?a=1&utm_source=sms&utm_medium=sms&utm_campaign=H%C3%B8st%20%26%20v%C3%A5r#top",
  );
  expect(withUtm("https://a.no/?q={{ contact.email }}", { source: " " })).toBe("https://a.no/?q={{ contact.email }}");
});
