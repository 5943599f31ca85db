import { expect, test } from "vitest";
import { contactName } from "./contact-name.ts";

const nobody = { first_name: null, last_name: null, mobile: null, phone: null, email: null };

test("a contact is called by its names, else by its number or e-mail", () => {
  expect(contactName({ ...nobody, first_name: "Åse", last_name: "Ness", mobile: "+4791234567" })).toBe("Åse Ness");
  expect(contactName({ ...nobody, last_name: "Ness" })).toBe("Ness");
  expect(contactName({ ...nobody, mobile: "+4791234567", email: "a@b.no" })).toBe("+4791234567");
  expect(contactName({ ...nobody, email: "a@b.no" })).toBe("a@b.no");
  expect(contactName(nobody)).toBeNull();
});
