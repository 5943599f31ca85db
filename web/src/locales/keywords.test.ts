import { expect, test } from "vitest";
import { triggers } from "../../../contract/workflows.ts";
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { loadPageMessages } from "./catalogues.ts";

test("everything that a workflow's text may name has a label and a group", async () => {
  const { person, fields, groups } = await loadPageMessages("keywords", "en");
  for (const field of triggers.flatMap((trigger) => Object.keys(workflowScope(trigger)))) {
    const [group = "", name = ""] = field.split(".");
    if (group === "contact") expect(person, field).toHaveProperty(name);
    else if (group === "customer" || group === "booker") expect(person, field).toHaveProperty(name);
    else expect(fields, field).toHaveProperty(`${group}_${name}`);
    if (group !== "contact") expect(groups, field).toHaveProperty(group);
  }
});
