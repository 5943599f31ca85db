import { expect, test } from "vitest";
import { changesOf, errorAt, freshDraft, gapsIn, isSame, moved, withoutLanguage } from "./workflow-draft.ts";

const draft = freshDraft("SMS ved ny booking", "booking_created", "send_sms");

test("what the three fields leave open is asked for before saving", () => {
  const open = (changes: object) => gapsIn({ ...draft, ...changes }).map(({ field }) => field);
  expect(open({})).toEqual(["do.0.text"]);
  expect(open({ name: " ", when: { trigger: "before_start" } })).toEqual(["name", "when.offset", "do.0.text"]);
  const key = "one";
  expect(open({ do: [{ key, action: "send_email", to: {}, subject: "", text: "Hei" }] })).toEqual([
    "do.0.to",
    "do.0.subject",
  ]);
  expect(open({ do: [{ key, action: "send_sms", to: { numbers: ["91234567"] }, text: "Hei" }] })).toEqual([]);
  expect(open({ do: [{ key, action: "set_contact" }] })).toEqual(["do.0"]);
});

test("only what differs is saved, so that nothing of somebody else's is overwritten", () => {
  const other = { ...draft, name: "Bekreftelse", when: { ...draft.when, services: undefined } };
  expect(changesOf(other, draft)).toEqual({ name: "Bekreftelse" });
  expect(isSame({ ...draft, do: draft.do.map((action) => ({ ...action, key: "other" })) }, draft)).toBe(true);
});

test("an action moves by one place and stays within the list", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});

test("a failure within a field is shown at the field, and not at one whose name begins alike", () => {
  const errors = [{ field: "do.1.to.numbers.0", message: "wrong" }];
  expect(errorAt(errors, "do.1.to.numbers")).toBe("wrong");
  expect(errorAt(errors, "do.1.to")).toBe("wrong");
  expect(errorAt([{ field: "do.10.text", message: "wrong" }], "do.1")).toBeNull();
});

test("texts without a variant left are no texts", () => {
  expect(withoutLanguage({ nb: "Hei", en: "Hi" }, "nb")).toEqual({ en: "Hi" });
  expect(withoutLanguage({ nb: "Hei" }, "nb")).toBeUndefined();
});
