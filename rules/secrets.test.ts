import { expect, test } from "vitest";
import { maskSecrets } from "./secrets.ts";

const secrets = [{ value: "https://s.no/a$1", shown: "[access $& link]" }];

test("a secret is masked wherever it stands in the values, and nothing else changes", () => {
  const start = new Date();
  const values = {
    access: { link: "https://s.no/a$1" },
    booking: { notes: ["Se https://s.no/a$1 og https://s.no/a$1.", 7, null], start },
    paid: true,
  };
  expect(maskSecrets(values, secrets)).toEqual({
    access: { link: "[access $& link]" },
    booking: { notes: ["Se [access $& link] og [access $& link].", 7, null], start },
    paid: true,
  });
});

test("an empty secret hides nothing", () => {
  expect(maskSecrets({ a: "ab" }, [{ value: "", shown: "x" }])).toEqual({ a: "ab" });
});
