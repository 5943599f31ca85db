import { expect, test } from "vitest";
import { linked } from "./mailbox-page.tsx";

test("the links of a mail are clickable, and nothing else becomes a link", () => {
  expect(linked("Reset:\nhttp://localhost:3000/reset?token=a\nThanks")).toEqual([
    { text: "Reset:\n", href: null },
    { text: "http://localhost:3000/reset?token=a", href: "http://localhost:3000/reset?token=a" },
    { text: "\nThanks", href: null },
  ]);
  expect(linked("javascript:alert(1)")).toEqual([{ text: "javascript:alert(1)", href: null }]);
});
