import { expect, test } from "vitest";
import { sourceTypes } from "../../contract/messages.ts";
import { isAnswer, isUnasked, registeredSourceTypes, registerSourceType, requireSourceType } from "./source-types.ts";

test("each domain registers what it sends messages for, with whether it was asked for", () => {
  const rules = registeredSourceTypes().map((type) => [type, isUnasked(type), isAnswer(type)]);
  expect(rules.sort()).toEqual([
    ["api", true, false],
    ["campaign", true, false],
    ["carrier_test", false, false],
    ["help", false, true],
    ["opt_in_confirmation", false, false],
    ["opt_out_confirmation", false, true],
    ["test", false, false],
    ["workflow", true, false],
  ]);
  for (const type of registeredSourceTypes()) expect(sourceTypes).toHaveProperty(type);
});

test("a type that no domain has registered is refused; in the ledger it counts as unasked", () => {
  expect(() => requireSourceType("workflow_of_another_version")).toThrow("is no source type");
  expect(isUnasked("workflow_of_another_version")).toBe(true);
  expect(isAnswer("workflow_of_another_version")).toBe(false);
});

test("a type cannot be registered twice with different rules", () => {
  expect(registerSourceType("help", "answer")).toBe("help");
  expect(() => registerSourceType("help", "unasked")).toThrow("help is registered as answer already");
});
