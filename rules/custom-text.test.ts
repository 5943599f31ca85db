/** A layout's place for a message: what is filled in, what is refused, and that nothing is read twice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkCustomText, fillLayout, findCustomText, hasCustomText, placeProblems } from "./custom-text.ts";
import { escapeHtml } from "./escape-html.ts";
import { eventScope } from "./event-placeholders.ts";
import { mapTexts } from "./map-texts.ts";
import { parseTemplate, type TemplateValues } from "./placeholders.ts";

const fill = (layout: { subject?: string; text: string; html?: string }, message: string | null) =>
  fillLayout(layout, message, eventScope);

function rendered(text: string, values: TemplateValues = {}): string {
  const parsed = parseTemplate(text, eventScope);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.template.render(values);
}

const codes = (layout: Parameters<typeof checkCustomText>[0], message: string | null) => {
  const { errors, warnings } = checkCustomText(layout, message, eventScope);
  return { errors: errors.map(({ code }) => code), warnings: warnings.map(({ code }) => code) };
};

test("the message stands in every place, in any case of it, of subject, text and HTML", () => {
  const layout = {
    subject: "{{ event.name }}: #CustomText#",
    text: "#CUSTOMTEXT# … #customtext#",
    html: "<p>#CUSTOMTEXT#</p>",
  };
  expect(fill(layout, " Dørene åpner\nkl. 18 & <snart> 🎄 ")).toEqual({
    subject: "{{ event.name }}: Dørene åpner kl. 18 & <snart> 🎄",
    text: "Dørene åpner\nkl. 18 & <snart> 🎄 … Dørene åpner\nkl. 18 & <snart> 🎄",
    html: "<p>Dørene åpner<br>kl. 18 &amp; &lt;snart&gt; 🎄</p>",
  });
});

test("signs that mean something to a replacement are words", () => {
  expect(fill({ text: "a #CUSTOMTEXT# b" }, "$& $1 $$ $`").text).toBe("a $& $1 $$ $` b");
});

test("without a message the place is empty", () => {
  for (const message of [null, "", " \n\u200b"])
    expect(fill({ subject: "#CUSTOMTEXT#", text: "a#CUSTOMTEXT#b", html: "<p>#CUSTOMTEXT#</p>" }, message)).toEqual({
      subject: "",
      text: "ab",
      html: "<p></p>",
    });
});

test("a message's placeholders are read once, and those in values never", () => {
  const { text } = fill({ text: "{{ buyer.first_name }}: #CUSTOMTEXT#" }, "{{ event.name }}");
  const values = { buyer: { first_name: "{{ event.url }}" }, event: { name: "#CUSTOMTEXT# {{ buyer.email }}" } };
  expect(rendered(text, values)).toBe("{{ event.url }}: #CUSTOMTEXT# {{ buyer.email }}");
});

test("a message within a message is refused, and is words if it is filled in all the same", () => {
  expect(codes({ text: "#CUSTOMTEXT#" }, "a #customtext# b")).toEqual({
    errors: ["custom_text_in_message"],
    warnings: [],
  });
  expect(checkCustomText({ text: "#CUSTOMTEXT#" }, "a #customtext# b", eventScope).errors[0]).toMatchObject({
    field: "custom_text",
    position: 2,
    value: "#customtext#",
  });
  expect(fill({ text: "<#CUSTOMTEXT#>" }, "a #CUSTOMTEXT# b").text).toBe("<a #CUSTOMTEXT# b>");
});

test("a message without a place is an error, a place without a message a warning", () => {
  expect(codes({ text: "Hei" }, "Dørene åpner")).toEqual({ errors: ["no_place_for_text"], warnings: [] });
  expect(codes({ text: "Hei #CUSTOMTEXT#" }, null)).toEqual({ errors: [], warnings: ["no_custom_text"] });
  expect(codes({ text: "Hei #CUSTOMTEXT#" }, " \n ")).toEqual({ errors: [], warnings: ["no_custom_text"] });
  expect(codes({ text: "Hei" }, null)).toEqual({ errors: [], warnings: [] });
  expect(codes({ text: "Hei #customtext#" }, "Dørene åpner")).toEqual({ errors: [], warnings: [] });
  expect(checkCustomText({ text: "Hei" }, "Dørene åpner", eventScope).errors[0]).toMatchObject({
    field: "custom_text",
    value: "Dørene åpner",
  });
});

test("a place in the subject alone is no place for a message", () => {
  expect(codes({ subject: "#CUSTOMTEXT#", text: "Hei" }, "Dørene åpner").errors).toEqual(["no_place_for_text"]);
  expect(codes({ subject: "#CUSTOMTEXT#", text: "Hei" }, null).warnings).toEqual(["no_custom_text"]);
});

test("a mail of which only one half has the place warns of the other; a text that is made of the HTML has it", () => {
  expect(codes({ text: "Hei", html: "<p>#CUSTOMTEXT#</p>" }, "x")).toEqual({
    errors: [],
    warnings: ["no_place_in_text"],
  });
  expect(codes({ text: "#CUSTOMTEXT#", html: "<p>Hei</p>" }, "x")).toEqual({
    errors: [],
    warnings: ["no_place_in_html"],
  });
  expect(codes({ text: "", html: "<p>#CUSTOMTEXT#</p>" }, "x")).toEqual({ errors: [], warnings: [] });
  expect(codes({ text: "", html: "<p>Hei</p>" }, "x").errors).toEqual(["no_place_for_text"]);
});

test("a message's own placeholders are checked, with field, place and value", () => {
  expect(checkCustomText({ text: "#CUSTOMTEXT#" }, "Hei {{ booking.date }}", eventScope).errors).toMatchObject([
    { code: "unknown_placeholder", field: "custom_text", position: 7, value: "booking.date" },
  ]);
  expect(codes({ text: "#CUSTOMTEXT#" }, "Hei {% if event.url %}").errors).toHaveLength(1);
  expect(codes({ text: "#CUSTOMTEXT#" }, "Hei {{ event.name").errors).toEqual(["not_closed"]);
});

test("within a placeholder or tag there is no place, and it is a problem to have one there", () => {
  const text = '{{ event.name | default: "#CUSTOMTEXT#" }}{% if order.reference == "#customtext#" %}x{% endif %}';
  expect(findCustomText(text)).toEqual([]);
  expect(hasCustomText(text)).toBe(false);
  expect(fill({ text }, "x").text).toBe(text);
  expect(placeProblems(text)).toMatchObject([
    { code: "custom_text_in_placeholder", position: 26, value: "#CUSTOMTEXT#" },
    { code: "custom_text_in_placeholder", value: "#customtext#" },
  ]);
});

test("a brace beside the place could make a placeholder together with one of the message", () => {
  for (const text of ["{#CUSTOMTEXT#", "#CUSTOMTEXT#{ event.name }}", "#CUSTOMTEXT#% if x %}"])
    expect(placeProblems(text)).toMatchObject([{ code: "brace_beside_custom_text" }]);
  for (const text of ["{ #CUSTOMTEXT# }", "#CUSTOMTEXT#", "{{ event.name }}#CUSTOMTEXT#{% if event.url %}x{% endif %}"])
    expect(placeProblems(text)).toEqual([]);
  expect(codes({ text: "#CUSTOMTEXT#{{ event.name }}" }, "{").errors).toEqual(["broken_placeholder"]);
  expect(codes({ text: "#CUSTOMTEXT#{{ event.name }}" }, "{ a").errors).toEqual([]);
});

test("a place within a condition is filled where the condition holds", () => {
  const { text } = fill({ text: "{% if event.url %}#CUSTOMTEXT#{% else %}-{% endif %}" }, "{{ event.name }}");
  expect(rendered(text, { event: { name: "Konsert", url: "https://x.example" } })).toBe("Konsert");
  expect(rendered(text, { event: { name: "Konsert" } })).toBe("-");
});

test("property: a message whose placeholders exist is filled in as it is shown by itself, in text and HTML", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "{{ event.name }}",
      '{{ buyer.first_name | default: "<du>" }}',
      "#CUSTOMTEXT#",
      "{",
      "}",
      "%",
      "\n",
      "https://x.example/?a=1",
    ),
  );
  const values = { event: { name: "Å & <b>" } };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const message = pieces.join("");
      const alone = parseTemplate(message, eventScope);
      fc.pre(alone.ok && message.trim() === message && message !== "");
      const layout = { text: "{{ buyer.email }} [ #CUSTOMTEXT# ]", html: "<p>#CUSTOMTEXT#</p>" };
      const filled = fill(layout, message);
      const own = alone.ok ? alone.template.render(values) : "";
      expect(rendered(filled.text, values)).toBe(
        ` [ ${fill({ text: "#CUSTOMTEXT#" }, message).text === "" ? "" : own} ]`,
      );
      const html = rendered(filled.html ?? "", mapTexts(values, escapeHtml));
      expect(html.replaceAll(/<br>|<a href="[^"<>]*" style="color:#1d4ed8">|<\/a>|<\/?p>/g, "")).not.toMatch(/[<>"]/);
    }),
  );
});
