import { expect, test } from "vitest";
import { exampleEventValues } from "./event-example.ts";
import { eventScope } from "./event-placeholders.ts";
import { eventValues } from "./event-values.ts";
import { countSegments } from "./gsm-segments.ts";
import { parseTemplate } from "./placeholders.ts";

const concert = {
  event: {
    name: "Julekonsert",
    start: new Date("2026-12-04T22:30:00Z"),
    time_zone: "Europe/Oslo",
    venue: null,
    address: null,
    url: null,
  },
  order: null,
  tickets: [],
};
const reader = { locale: null, language: "nb", country: "NO" } as const;

test("date and time are the event's own, in the reader's language", () => {
  expect(eventValues(concert, reader).event).toMatchObject({ date: "4. desember 2026", time: "23:30" });
  expect(eventValues(concert, { ...reader, locale: "sv" }).event).toMatchObject({
    date: "4 december 2026",
    time: "23:30",
  });
  const nowhere = { ...concert, event: { ...concert.event, time_zone: "Mars/Olympus" } };
  expect(eventValues(nowhere, reader).event.time).toBe("22:30");
});

test("tickets are counted by kind; one alone needs no number, none are nothing", () => {
  const of = (tickets: string[]) => {
    const { ticket, tickets: listed } = eventValues({ ...concert, tickets }, reader);
    return [ticket.type, listed];
  };
  expect(of(["Ordinær", "Barn", "Ordinær"])).toEqual(["Ordinær, Barn", "2 x Ordinær, 1 x Barn"]);
  expect(of(["Barn"])).toEqual(["Barn", "Barn"]);
  expect(of([])).toEqual([null, null]);
});

test.each(["en", "nb", "sv", "da"] as const)(
  "an example has a value for every placeholder, in GSM-7 (%s)",
  (language) => {
    const values = { ...exampleEventValues(language, "NO"), workspace: { name: "Sal" }, sender: { address: "SAL" } };
    for (const name of Object.keys(eventScope)) {
      if (name === "contact.phone" || name === "holder.phone" || name === "buyer.phone") continue;
      const parsed = parseTemplate(`{{ ${name} }}`, eventScope);
      const text = parsed.ok ? parsed.template.render(values) : "";
      expect(text, name).not.toBe("");
      expect(countSegments(text).encoding, name).toBe("GSM-7");
    }
  },
);
