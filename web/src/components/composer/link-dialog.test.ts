import { expect, test } from "vitest";
import { readLink } from "./link-dialog.tsx";

test("a typed address becomes a link, with https where no scheme was typed", () => {
  expect(readLink(" example.com/sale ")).toBe("https://example.com/sale");
  expect(readLink("http://example.com")).toBe("http://example.com");
  expect(readLink("https://blåbær.no/tilbud?a=1")).toBe("https://blåbær.no/tilbud?a=1");
  expect(readLink("example.com:8080/x")).toBe("https://example.com:8080/x");
});

test("what no recipient could open is refused", () => {
  for (const typed of [
    "",
    "sale",
    "two words.com",
    "javascript:alert(1)",
    "mailto:a@b.no",
    "https://",
    "{{ contact.email }}",
  ])
    expect(readLink(typed)).toBeNull();
});
