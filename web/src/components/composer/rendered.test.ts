import { expect, test } from "vitest";
import { readCode } from "../../../../rules/short-link-code.ts";
import { sampleShortLink } from "../../lib/shown-opt-out-text.ts";
import { isField } from "./fields.ts";
import { renderDefaults } from "./rendered.ts";

const shown = (text: string, shortLink: string | null) =>
  renderDefaults(text, isField, (field) => field, {}, shortLink)
    .map((piece) => piece.text)
    .join("");

test("a link that is shortened is shown as short as each recipient gets it, with its placeholders", () => {
  const link = sampleShortLink("https://sms.example");
  expect(readCode(link.split("/l/")[1] ?? "")).toBe(0n);
  const text = "Hei {{ contact.first_name | default: 'du' }}, se https://example.com/a?to={{ contact.last_name }}.";
  expect(shown(text, link)).toBe("Hei du, se https://sms.example/l/0000000000.");
  expect(shown(text, null)).toBe("Hei du, se https://example.com/a?to=contact.last_name.");
});
