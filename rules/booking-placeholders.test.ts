import { expect, test } from "vitest";
import { triggers } from "../contract/workflows.ts";
import { workflowScope } from "./booking-placeholders.ts";
import { estimateSegments } from "./estimate.ts";
import { campaignScope, isKnownPlaceholder, propertyOf } from "./placeholder-names.ts";
import { parseTemplate } from "./placeholders.ts";

const scope = workflowScope("before_start");

function parse(text: string, of = scope) {
  const parsed = parseTemplate(text, of);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
}
const codes = (text: string, of = scope) => {
  const parsed = parseTemplate(text, of);
  return parsed.ok ? [] : parsed.problems.map(({ code }) => code);
};

test("every workflow names the booking, what it is of and the people; only a change names how it was", () => {
  for (const trigger of triggers) {
    const names = Object.keys(workflowScope(trigger));
    for (const name of [
      "booking.time",
      "service.name",
      "resource.name",
      "customer.full_name",
      "booker.mobile",
      "access.link",
    ])
      expect(names, trigger).toContain(name);
    expect(
      names.some((name) => name.startsWith("old.")),
      trigger,
    ).toBe(trigger === "booking_changed");
  }
  expect(codes("{{ old.time }}")).toEqual(["unknown_placeholder"]);
  expect(codes("{{ old.time }} {{ old.resource }}", workflowScope("booking_changed"))).toEqual([]);
});

test("a customer has the fields and properties of a contact, a booker the fields", () => {
  const fields = (person: string) =>
    Object.keys(scope).flatMap((name) => (name.startsWith(`${person}.`) ? [name.slice(person.length + 1)] : []));
  expect(fields("customer")).toEqual(fields("contact"));
  expect(fields("booker")).toEqual(fields("contact"));
  expect(propertyOf("customer.properties.town")).toBe("town");
  expect(isKnownPlaceholder("customer.properties.town", scope)).toBe(true);
  expect(isKnownPlaceholder("contact.properties.town", scope)).toBe(true);
  expect(isKnownPlaceholder("booker.properties.town", scope)).toBe(false);
  for (const name of ["customer.properties.town", "customer.first_name", "booking.time"])
    expect(isKnownPlaceholder(name, campaignScope), name).toBe(false);
});

test("a customer's and a booker's names are joined and needed as a contact's are", () => {
  const values = {
    customer: { first_name: "Kari", last_name: "Berg", properties: { visits: 3 } },
    booker: { first_name: "Ola", last_name: " " },
    booking: { time: "14:00" },
  };
  const text = "{{ customer.full_name }} {{ customer.properties.visits }}, {{ booker.full_name }}: {{ booking.time }}";
  expect(parse(text).render(values)).toBe("Kari Berg 3, Ola: 14:00");
  expect(parse(text).needs).toEqual([["customer.full_name"], ["customer.properties.visits"], ["booker.full_name"]]);
  expect(parse("{{ customer.first_name | default: booker.first_name }}").needs).toEqual([
    ["customer.first_name", "booker.first_name"],
  ]);
  expect(parse("{{ customer.first_name | default: 'du' }} {{ booking.notes }}").needs).toEqual([]);
});

test("a text with conditions names a booking as well", () => {
  const text =
    "{% if location.address %}{{ location.name }}, {{ location.address }}{% else %}{{ location.name }}{% endif %} {{ customer.properties.town }}";
  expect(parse(text).render({ location: { name: "Saks" } })).toBe("Saks ");
  expect(parse(text).render({ location: { name: "Saks", address: "Markveien 35" } })).toBe("Saks, Markveien 35 ");
});

test("a link stays one: no filter changes it, and it counts as one", () => {
  for (const name of ["booking.manage_link", "access.link"]) {
    expect(codes(`{{ ${name} | upcase }}`), name).toEqual(["filter_of_link"]);
    expect(codes(`{% if ${name} %}{{ ${name} | append: '.' }}{% endif %}`), name).toEqual([]);
    expect(estimateSegments(`{{ ${name} }}`, { scope }).units, name).toBe(36);
  }
  expect(estimateSegments("{{ booking.date }}", { scope }).units).toBe(15);
});
