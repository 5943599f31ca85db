import { expect, test } from "vitest";
import { estimateSegments, usualLinkLength } from "./estimate.ts";

const links = { length: usualLinkLength };

test("a link that will be shortened counts 36 characters whatever its length, and does not change the encoding", () => {
  expect(estimateSegments("https://example.com/a", { links })).toMatchObject({ units: 36 });
  expect(estimateSegments(`Se https://example.com/${"ø~ж".repeat(50)}.`, { links })).toMatchObject({
    encoding: "GSM-7",
    units: 40,
  });
  const own = "https://example.com/?code={{ contact.properties.code }} nå";
  expect(estimateSegments(own, { links })).toMatchObject({ units: 39 });
});

test("a link that is sent as it is counts what it has, and so does one in the opt-out text", () => {
  expect(estimateSegments("https://example.com/a")).toMatchObject({ units: 21 });
  expect(estimateSegments("https://example.com/ж")).toMatchObject({ encoding: "UCS-2" });
  const optOutText = "https://example.com/stop";
  expect(estimateSegments("https://example.com/a", { optOutText, links })).toMatchObject({ units: 36 + 1 + 24 });
});

test("a token counts the length of its default, or 15 without one", () => {
  expect(estimateSegments('Hei {{ contact.first_name | default: "du" }}')).toMatchObject({ units: 6 });
  expect(estimateSegments("Hei {{ contact.first_name }}")).toMatchObject({ units: 19 });
  expect(estimateSegments("{{contact.a}}{{contact.b}}")).toMatchObject({ units: 30 });
});

test("the opt-out text is part of the estimate", () => {
  expect(estimateSegments("Hei", { optOutText: "Svar STOPP" })).toMatchObject({ units: 14, characters: 14 });
  expect(estimateSegments("a".repeat(155), { optOutText: "Svar STOPP" })).toMatchObject({ segments: 2 });
});

test("of an if or case the longest branch counts", () => {
  expect(
    estimateSegments("a{% if contact.email %}bbb{% elsif contact.phone %}bb{% else %}b{% endif %}c"),
  ).toMatchObject({ units: 5 });
  expect(estimateSegments("{% case contact.locale %} {% when 'nb' %}xx{% else %}xxxx{% endcase %}")).toMatchObject({
    units: 4,
  });
  expect(estimateSegments("{% if a %}1{% if b %}22{% endif %}{% endif %}")).toMatchObject({ units: 3 });
  expect(estimateSegments("half {% if a %}written")).toMatchObject({ units: 12 });
});

test("characters are as people count, units as carriers do", () => {
  expect(estimateSegments("10 €")).toMatchObject({ encoding: "GSM-7", characters: 4, units: 5 });
  expect(estimateSegments("😀")).toMatchObject({ encoding: "UCS-2", characters: 1, units: 2 });
});
