/** A salon's day with bookings, in Norwegian: made for a new customer, moved by dragging and by the form, and cancelled. */
import { expect, test } from "vitest";
import type { Booking, BookingWithHistory } from "../contract/bookings.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("bookings");
const context = await openContext(browser);
const page = await context.newPage();
await signIn(page);
// From here on, as the people of the salon read it.
await page.evaluate(() => localStorage.setItem("varsla.language", "nb"));

/** Axe finds nothing, nothing is wider than a phone, and screenshots are taken. */
async function lookAt(name: string): Promise<void> {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

/** A day that is ahead, and on which no clock is changed. */
const day = "2031-06-11";
const resources = await Promise.all(["Elif", "Marte"].map((name) => must<{ id: string }>("POST /resources", { name })));
const block = () => page.locator("[data-booking]");
const only = async () => {
  const { items } = await must<{ items: Booking[] }>("GET /bookings?query=Nordmann");
  expect(items).toHaveLength(1);
  return items[0] as Booking;
};

test("a booking is made at an empty time of the agenda, for a new customer, with a service made on the way", async (task) => {
  explainFailure(task, page);
  await must("POST /workflows", {
    name: "Bekreftelse",
    when: { trigger: "booking_created" },
    do: [
      {
        action: "send_sms",
        to: { customer: true },
        text: "Hei {{ customer.first_name | default: 'du' }}! Velkommen {{ booking.date }} kl. {{ booking.time }}.",
      },
    ],
  });
  await page.goto(`${url}/bookings?date=${day}`);
  await page.getByRole("heading", { name: "Elif" }).waitFor();
  await lookAt("bookings-empty-day");

  // The keyboard alone: one time is in the tab order, the arrows move on from it.
  await page.locator("[data-slot][tabindex='0']").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("09:00, Elif: ny booking");
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "Ny booking", level: 1 }).waitFor();
  await page.getByText("Elif").waitFor();
  const customer = page.getByRole("combobox", { name: "Kunde" });
  await customer.fill("Kari Nordmann 912 34 567");
  await page.getByRole("option", { name: "Ny kunde: Kari Nordmann 912 34 567" }).click();
  expect(await page.getByLabel("Fornavn").inputValue()).toBe("Kari");
  expect(await page.getByLabel("Etternavn").inputValue()).toBe("Nordmann");
  expect(await page.getByLabel("Mobil").inputValue()).toBe("912 34 567");
  await page.getByRole("combobox", { name: "Tjeneste" }).fill("Dameklipp");
  await page.getByRole("option", { name: "Lag «Dameklipp»" }).click();
  await page.getByLabel("Slutt").fill("09:45");
  await page.getByText("Hei Kari! Velkommen").waitFor();
  await lookAt("bookings-new");
  await page.getByRole("button", { name: "Lag booking" }).click();

  await page.getByRole("heading", { name: "Kari Nordmann, Dameklipp" }).waitFor();
  const booking = await only();
  expect(booking).toMatchObject({
    start: `${day}T07:00:00.000Z`,
    end: `${day}T07:45:00.000Z`,
    customer: { first_name: "Kari", last_name: "Nordmann", mobile: "+4791234567" },
    service: { name: "Dameklipp" },
    resources: [{ name: "Elif" }],
  });
  // The service takes as long from now on.
  const { items: services } = await must<{ items: object[] }>("GET /services");
  expect(services).toMatchObject([{ name: "Dameklipp", duration_minutes: 45 }]);
});

test("a number that is none is shown at its field, and nothing that was typed is lost", async (task) => {
  explainFailure(task, page);
  await page.goto(`${url}/bookings/new?start=${day}T10:00:00.000Z`);
  await page.getByRole("combobox", { name: "Kunde" }).fill("Ola Dahl 12345");
  await page.getByRole("option", { name: /^Ny kunde/ }).click();
  await page.getByRole("combobox", { name: "Tjeneste" }).fill("Farge");
  await page.getByRole("option", { name: "Lag «Farge»" }).click();
  await page.getByRole("button", { name: "Lag booking" }).click();
  const mobile = page.getByLabel("Mobil");
  await expect.poll(() => mobile.getAttribute("aria-invalid")).toBe("true");
  expect(await mobile.inputValue()).toBe("12345");
  expect(await page.getByLabel("Fornavn").inputValue()).toBe("Ola");
  await mobile.fill("");
  await page.getByRole("button", { name: "Lag booking" }).click();
  await page.getByRole("heading", { name: "Ola Dahl, Farge" }).waitFor();
  const { items } = await must<{ items: { name: string }[] }>("GET /services");
  expect(items.map(({ name }) => name)).toEqual(["Dameklipp", "Farge"]);
});

test("dragging moves a booking to another time and resource, once it is confirmed", async (task) => {
  explainFailure(task, page);
  await page.goto(`${url}/bookings?date=${day}`);
  const kari = block().filter({ hasText: "Kari Nordmann" });
  await kari.scrollIntoViewIfNeeded();
  const [from, column] = [await kari.boundingBox(), await page.locator("[data-column='1']").boundingBox()];
  if (!from || !column) throw new Error("the booking and the other column are drawn");
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  // An hour is 56 pixels high.
  await page.mouse.move(column.x + 40, from.y + 10 + 56, { steps: 8 });
  await page.mouse.up();
  const dialog = page.getByRole("dialog", { name: "Flytte Kari Nordmann" });
  await dialog.waitFor();
  expect(await dialog.getByLabel("Start").inputValue()).toBe("10:00");
  await lookAt("bookings-move");
  await dialog.getByRole("button", { name: "Flytt booking" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await only()).toMatchObject({
    start: `${day}T08:00:00.000Z`,
    end: `${day}T08:45:00.000Z`,
    resources: [{ id: resources[1]?.id }],
  });
});

test("the keyboard moves a booking too, and Escape leaves it where it is", async (task) => {
  explainFailure(task, page);
  await page.goto(`${url}/bookings?date=${day}&view=week`);
  await block().filter({ hasText: "Kari Nordmann" }).focus();
  await page.keyboard.press("m");
  const dialog = page.getByRole("dialog", { name: "Flytte Kari Nordmann" });
  await dialog.getByLabel("Start").fill("11:30");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect((await only()).start).toBe(`${day}T08:00:00.000Z`);
  await lookAt("bookings-week");
});

test("the form changes a booking; who is busy then is said, and does not stop it", async (task) => {
  explainFailure(task, page);
  const { id } = await only();
  await must("POST /bookings", {
    customer: { first_name: "Per" },
    resources: [resources[1]?.id],
    start: `${day}T12:00`,
    end: `${day}T13:00`,
    notify: false,
  });
  await page.goto(`${url}/bookings/${id}`);
  await page.getByRole("link", { name: "Rediger" }).click();
  await page.getByLabel("Start").fill("12:30");
  expect(await page.getByLabel("Slutt").inputValue()).toBe("13:15");
  await page.getByText("Marte har en booking").waitFor();
  await lookAt("bookings-busy");
  await page.getByRole("button", { name: "Lagre booking" }).click();
  await page.getByRole("heading", { name: "Kari Nordmann, Dameklipp" }).waitFor();
  expect(await only()).toMatchObject({ start: `${day}T10:30:00.000Z`, end: `${day}T11:15:00.000Z` });
});

test("a cancellation that nobody is told of is in the history, with who, why and what was before", async (task) => {
  explainFailure(task, page);
  const { id } = await only();
  await page.goto(`${url}/bookings/${id}`);
  await page.getByRole("button", { name: "Avlys booking" }).click();
  const dialog = page.getByRole("dialog", { name: "Avlyse Kari Nordmann?" });
  await dialog.getByLabel("Kunden", { exact: true }).check();
  await dialog.getByLabel("Grunn").fill("Syk");
  await dialog.getByLabel("Si fra til kunden").uncheck();
  await dialog.getByText("Ingenting blir sendt nå.").waitFor();
  await lookAt("bookings-cancel");
  await dialog.getByRole("button", { name: "Avlys booking" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.locator("header").getByText("Avlyst").waitFor();

  // What the workflow decided, in words.
  const messages = page.getByRole("list", { name: "Meldinger" });
  await messages.getByText("Bekreftelse").first().waitFor();
  await lookAt("booking-messages");
  await page.getByRole("tab", { name: "Historikk" }).click();
  const history = page.getByRole("list", { name: "Historikk" });
  const cancelled = history.getByRole("listitem").filter({ hasText: "Avlyst" });
  await cancelled.getByText("Bekreftet").waitFor();
  await cancelled.getByText("Grunn: Syk").waitFor();
  await history.getByText("Elif").waitFor();
  await lookAt("booking-history");
  expect(await must<BookingWithHistory>(`GET /bookings/${id}`)).toMatchObject({ status: "cancelled" });

  // It leaves the agenda, and the list finds it.
  await page.goto(`${url}/bookings?date=${day}`);
  await block().filter({ hasText: "Per" }).waitFor();
  expect(await block().filter({ hasText: "Kari Nordmann" }).count()).toBe(0);
  await page.getByLabel("Vis avlyste").check();
  await block().filter({ hasText: "Kari Nordmann" }).waitFor();
  await page.goto(`${url}/bookings/list?status=off`);
  await page
    .getByRole("link", { name: /11\. juni/ })
    .or(page.getByRole("link", { name: /11\. jun/ }))
    .first()
    .waitFor();
  await lookAt("bookings-list");
  // On a phone the whole row is seen, status included.
  await page.setViewportSize({ width: 390, height: 844 });
  await page
    .getByRole("row", { name: /Kari Nordmann/ })
    .getByText("Avlyst")
    .filter({ visible: true })
    .waitFor();
  const hidden = () =>
    page
      .getByRole("table")
      .evaluate(({ parentElement: frame }) => (frame ? frame.scrollWidth - frame.clientWidth : null));
  expect(await hidden()).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("a customer's page has their bookings, and mutes them", async (task) => {
  explainFailure(task, page);
  const { customer } = await only();
  await page.goto(`${url}/contacts/${customer?.id}?tab=bookings`);
  await page.getByText("Dameklipp").waitFor();
  await page.getByLabel("Ikke send meldinger om bookinger til denne kunden").check();
  await page.getByText("Arbeidsflytene sender ikke noe til kunden").waitFor();
  expect(await must(`GET /contacts/${customer?.id}`)).toMatchObject({ muted: true });
  await lookAt("contact-bookings");
  await page.getByRole("link", { name: "Ny booking" }).click();
  await page.getByRole("heading", { name: "Ny booking", level: 1 }).waitFor();
  await expect.poll(() => page.getByRole("combobox", { name: "Kunde" }).inputValue()).toBe("Kari Nordmann");
});

test("a week begins on the day that it begins on in the workspace's country, and a booking opens from it", async (task) => {
  explainFailure(task, page);
  const week = async (country: string) => {
    await must("PATCH /workspace", { country });
    await page.goto(`${url}/bookings?date=${day}&view=week`);
    const days = page.locator("h3[id^=column-]");
    await days.first().waitFor();
    return days.evaluateAll((titles) => titles.map((title) => title.getAttribute("title")));
  };
  // The day is a Wednesday.
  expect(await week("US")).toMatchObject({ 0: "søndag 8. juni", 6: "lørdag 14. juni" });
  expect(await week("EG")).toMatchObject({ 0: "lørdag 7. juni", 6: "fredag 13. juni" });
  expect(await week("NO")).toMatchObject({ 0: "mandag 9. juni", 6: "søndag 15. juni" });
  await page.getByRole("button", { name: "Neste uke" }).click();
  await page.getByRole("heading", { name: "man. 16. juni" }).waitFor();
  await page.getByRole("button", { name: "Forrige uke" }).click();
  await block().filter({ hasText: "Per" }).click();
  await page.getByRole("heading", { level: 1, name: "Per" }).waitFor();
});
