import { expect, test } from "vitest";
import { bodyOf, changesOf, emptyValues, later, minutesOf, withEnd } from "./booking-values.ts";

const zone = "Europe/Oslo";
const empty = emptyValues(new Date("2026-12-01T13:00:00Z"), zone);

test("an empty form is an hour long, for nobody", () => {
  expect(bodyOf(empty)).toEqual({
    customer: null,
    attendees: [],
    service: null,
    location: null,
    resources: [],
    start: "2026-12-01T14:00",
    end: "2026-12-01T15:00",
    status: "confirmed",
    payment: "none",
    locale: null,
    notes: null,
  });
});

test("a new customer is told by what is known of them, and a contact by the id alone", () => {
  const person = { first_name: "Kari", last_name: "", mobile: " 91234567", email: "" };
  expect(bodyOf({ ...empty, ...person, isNew: true }).customer).toEqual({ first_name: "Kari", mobile: " 91234567" });
  expect(bodyOf({ ...empty, isNew: true }).customer).toBeNull();
  expect(bodyOf({ ...empty, customer: { value: "id", label: "Kari" } }).customer).toEqual({ id: "id" });
});

test("what is made on the way is told by its name", () => {
  const klipp = { value: "new:Klipp", label: "Klipp" };
  expect(bodyOf({ ...empty, service: klipp, resources: [klipp] })).toMatchObject({
    service: "Klipp",
    resources: ["Klipp"],
  });
});

test("only what was changed is told, times together, and in another zone also where the clock shows the same", () => {
  const before = bodyOf(empty);
  expect(changesOf(before, bodyOf({ ...empty, notes: "Allergi" }), true)).toEqual({ notes: "Allergi" });
  expect(changesOf(before, bodyOf({ ...empty, endTime: "15:30" }), true)).toEqual({
    start: "2026-12-01T14:00",
    end: "2026-12-01T15:30",
  });
  expect(changesOf(before, before, true)).toEqual({});
  expect(Object.keys(changesOf(before, before, false))).toEqual(["start", "end"]);
});

test("the end keeps its distance over midnight and over a change of the clocks", () => {
  expect(withEnd({ date: "2026-12-01", time: "23:30" }, 60, zone)).toMatchObject({
    endDate: "2026-12-02",
    endTime: "00:30",
  });
  expect(Object.keys(withEnd(empty, 60, zone))).toEqual(["date", "time", "endDate", "endTime"]);
  expect(later("2027-03-28T01:30", 60, zone)).toBe("2027-03-28T03:30");
  expect(minutesOf({ date: "2027-03-28", time: "01:30", endDate: "2027-03-28", endTime: "03:30" }, zone)).toBe(60);
  expect(minutesOf({ ...empty, endTime: "" }, zone)).toBeNull();
});
