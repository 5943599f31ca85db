/** Writing a text in a real browser: chips, pasting, pickers, the counter, autosave, and the way to Send. */
import type { Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import type { Campaign, CampaignInput } from "../contract/campaigns.ts";
import { openContext } from "../testing/browser.ts";
import { explainIfFailed, openJourney } from "../testing/journey.ts";

const ola = "+4791234567";
const anna = "+4792345678";

const { must, url, browser, signIn } = await openJourney("composer");
const context = await openContext(browser, 1000);
let list: string;
let optOutText: string;

beforeAll(async () => {
  ({ opt_out_text: optOutText } = await must<{ opt_out_text: string }>("GET /workspace"));
  ({ id: list } = await must<{ id: string }>("POST /lists", { name: "Kunder" }));
  for (const contact of [
    { mobile: ola },
    { mobile: anna, first_name: "Anna", last_name: "Ness", properties: { hair_colour: "red" } },
  ]) {
    const { id } = await must<{ id: string }>("POST /contacts", contact);
    await must(`POST /lists/${list}/members`, { contacts: [id] });
    const consent = { subscription_type: "marketing", channel: "sms", action: "grant", source: "Skjema" };
    await must("POST /consent-events", { contact_id: id, ...consent });
  }
  context.setDefaultTimeout(15_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const first = await context.newPage();
  await signIn(first);
  await first.close();
});

let page: Page;
let faults: string[];

beforeEach(async () => {
  page = await context.newPage();
  faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // Requests that the server refuses or that a test aborts are logged by the browser itself.
    if (message.type() === "error" && !/status of 4\d\d|ERR_FAILED/.test(message.text())) faults.push(message.text());
  });
});
afterEach(closePage);

async function closePage(ended: TestContext) {
  await explainIfFailed(ended, page);
  await page.close();
  expect(faults).toEqual([]);
}

let campaign: Campaign;
let area: Locator;

/** Opens a new draft in the editor. */
async function write(fields: Partial<CampaignInput> = {}) {
  campaign = await must<Campaign>("POST /campaigns", {
    name: "Høstklipp",
    subscription_type: "marketing",
    include: { lists: [list], contacts: [] },
    ...fields,
  });
  await page.goto(`${url}/campaigns/${campaign.id}/edit`);
  area = page.getByRole("textbox", { name: "Message text" });
  await area.waitFor();
}

/** For what happens shortly after a key. */
const soon = { timeout: 15_000, interval: 30 };
const press = async (...keys: string[]) => {
  for (const each of keys) await page.keyboard.press(each);
};
const type = (text: string) => page.keyboard.type(text);
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const chips = () => page.locator("[data-chip]");
const phone = () => page.getByRole("region", { name: /^Phone showing/ });
const onPhone = () => phone().innerText();
const saved = () => must<Campaign>(`GET /campaigns/${campaign.id}`);
const savedText = async () => (await saved()).text;
/** The field's text, with chips in brackets. */
const shown = async () =>
  (await area.inputValue())
    .replaceAll("\uE000", "]")
    .replace(/[\uE001-\uF8FE]/g, "[")
    .replaceAll("\u00A0", " ");
const hasFocus = (field: Locator) => () => field.evaluate((element) => element === document.activeElement);
/** Pickers and dialogs return the focus shortly after they close. */
const isWriting = () => hasFocus(area)();

const token = (fallback?: string) =>
  fallback === undefined ? "{{ contact.first_name }}" : `{{ contact.first_name | default: "${fallback}" }}`;

test("contacts' own properties are offered, and the review shows who lacks one and what they would receive", async () => {
  await write();
  await area.click();
  await type("Your colour: {{hair");
  await page.getByRole("option", { name: /hair colour/ }).waitFor();
  await press("Enter");
  await expect.poll(hasFocus(page.getByLabel("Default value")), soon).toBe(true);
  await press("Enter");
  await expect.poll(shown, soon).toBe("Your colour: [hair colour]");
  await expect.poll(savedText, soon).toBe("Your colour: {{ contact.properties.hair_colour }}");
  await button("Review").click();
  await page.getByText("1 recipient has no “hair colour” and would get: “Your colour: ”.").waitFor();
});

test("two braces open the fields, and a chosen field is a chip that is deleted and restored as one", async () => {
  await write();
  const refused: string[] = [];
  page.on("response", (response) => response.status() === 422 && refused.push(response.url()));
  await area.click();
  await type("Hi {{fir");
  await page.getByRole("listbox", { name: "Fields" }).waitFor();
  // Pausing here is not an error.
  await page.getByRole("status").filter({ hasText: "Saved when the field is complete" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(refused).toEqual([]);
  await press("Enter");
  await expect.poll(hasFocus(page.getByLabel("Default value")), soon).toBe(true);
  await type("friend");
  await press("Enter");
  await expect.poll(shown, soon).toBe("Hi [First name]");
  await expect.poll(isWriting, soon).toBe(true);
  await type("!");
  await expect.poll(savedText, soon).toBe(`Hi ${token("friend")}!`);
  expect(await chips().count()).toBe(1);

  await press("Backspace", "Backspace");
  await expect.poll(shown, soon).toBe("Hi ");
  await press("Control+z");
  await expect.poll(shown, soon).toBe("Hi [First name]");
  await press("Control+y");
  await expect.poll(savedText, soon).toBe("Hi ");
  await press("Control+z");
  await expect.poll(shown, soon).toBe("Hi [First name]");
  // One arrow key moves the caret across the chip.
  await press("End", "ArrowLeft");
  await type("dear ");
  await expect.poll(savedText, soon).toBe(`Hi dear ${token("friend")}`);
  await press("Delete");
  await expect.poll(shown, soon).toBe("Hi dear ");
  await press("Control+z", "Control+End", "Shift+ArrowLeft");
  await type("X");
  await expect.poll(savedText, soon).toBe("Hi dear X");
});

test("Personalise inserts a field; its default is changed on the chip and under the text, and it can be removed", async () => {
  await write({ text: "Hi " });
  await area.click();
  await press("Control+End");
  await button("Personalise").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Insert", exact: true }).click();
  await expect.poll(isWriting, soon).toBe(true);
  await expect.poll(shown, soon).toBe("Hi [First name]");

  const box = await chips().boundingBox();
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  await dialog.getByLabel("Default value").fill("there");
  await press("Enter");
  await expect.poll(savedText, soon).toBe(`Hi ${token("there")}`);
  await expect.poll(isWriting, soon).toBe(true);
  await press("Control+z");
  await expect.poll(savedText, soon).toBe(`Hi ${token()}`);

  await button(/^First name/).click();
  await dialog.getByLabel("Default value").fill('"you"');
  await press("Enter");
  await expect.poll(savedText, soon).toMatch(/^Hi \{\{ contact\.first_name \| default: .*you.* \}\}$/);
  // The recipient's own page always exists: no default is asked for.
  await button(/^First name/).click();
  await dialog.getByLabel("Type").selectOption({ label: "Links" });
  await dialog.getByRole("option", { name: "Link to preferences" }).waitFor({ state: "attached" });
  expect(await dialog.getByLabel("Default value").count()).toBe(0);
  await dialog.getByLabel("Type").selectOption({ label: "Contact" });
  await dialog.getByLabel("Default value").waitFor();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect.poll(shown, soon).toBe("Hi ");
  expect(await chips().count()).toBe(0);
});

test("a field typed by hand becomes a chip, also next to text from an input method", async () => {
  await write();
  await area.pressSequentially("Hi {{ contact.email }} you");
  await expect.poll(savedText, soon).toBe("Hi {{ contact.email }} you");
  expect(await chips().count()).toBe(1);

  const keyboard = await context.newCDPSession(page);
  await keyboard.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await keyboard.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await keyboard.send("Input.insertText", { text: "日本" });
  await expect.poll(savedText, soon).toBe("Hi {{ contact.email }} you日本");
});

test("pasting inserts plain text, copying keeps the fields, and Enter breaks the line", async () => {
  await write();
  await page.evaluate(() =>
    navigator.clipboard.write([
      new ClipboardItem({
        "text/plain": new Blob(["Line 1\r\nHi {{ workspace.name }}"], { type: "text/plain" }),
        "text/html": new Blob(["<b>Line</b> <i>1</i>"], { type: "text/html" }),
      }),
    ]),
  );
  await area.click();
  await press("Control+v", "Enter");
  await type("third");
  const text = "Line 1\nHi {{ workspace.name }}\nthird";
  await expect.poll(savedText, soon).toBe(text);
  expect(await chips().count()).toBe(1);
  expect(await onPhone()).toContain("Line 1\nHi Salong Kari\nthird");

  await press("Control+a", "Control+x");
  await expect.poll(shown, soon).toBe("");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  await press("Control+v");
  await expect.poll(shown, soon).toBe("Line 1\nHi [Company name]\nthird");
  expect(await chips().count()).toBe(1);
});

test("emoji, special characters and links are inserted at the caret", async () => {
  await write({ text: "Hi !" });
  await area.click();
  await press("Control+End", "ArrowLeft");
  await button("Emoji").click();
  await page.getByPlaceholder("Search emoji").fill("cake");
  // The picker stays open: several emoji are often added in a row.
  await press("Enter", "Enter", "Escape");
  await expect.poll(isWriting, soon).toBe(true);
  await expect.poll(shown, soon).toBe("Hi 🎂🎂!");
  await button("Special character").click();
  await button("€").click();
  await press("Escape");
  await expect.poll(isWriting, soon).toBe(true);
  await expect.poll(shown, soon).toBe("Hi 🎂🎂€!");

  await button("Link").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("not an address");
  await press("Enter");
  await dialog.getByText("“not an address” is not a web address.").waitFor();
  await dialog.getByLabel("Address").fill("example.com/x");
  await press("Enter");
  await expect.poll(isWriting, soon).toBe(true);
  await expect.poll(savedText, soon).toBe("Hi 🎂🎂€https://example.com/x!");
  await page.getByText("Estimate", { exact: true }).waitFor();
});

test("the counter shows what the server bills for the same text", async () => {
  await write({ opt_out_text: false });
  const counter = page.locator(`[id="${(await area.getAttribute("aria-describedby"))?.split(" ")[0]}"]`);
  const texts = [
    "Hei",
    "Pris: 100 € [medlem] ^~|\\",
    "å".repeat(160),
    "å".repeat(161),
    `${"a".repeat(152)}€${"b".repeat(153)}`,
    "я".repeat(70),
    "я".repeat(71),
    `${"x".repeat(66)}😀😀`,
    "cafe\u0301 e\u0300 A\u030a",
    "linje 1\nlinje 2\n\nlinje 4",
  ];
  const agrees = async (shown: string, billed: string) => {
    const { encoding, segments, units_left } = await must<{ encoding: string; segments: number; units_left: number }>(
      "POST /segments",
      { text: billed },
    );
    await area.fill(shown);
    const wanted = `${encoding} ${segments} ${segments === 1 ? "segment" : "segments"} ${units_left} left in this one`;
    await expect
      .poll(async () => (await counter.locator("p").first().innerText()).replace(/\s+/g, " "), { message: shown })
      .toContain(wanted);
  };
  for (const text of texts) await agrees(text, text);
  await page.getByLabel("Add the default opt-out text").check();
  for (const text of texts) await agrees(text, `${text}\n${optOutText}`);
});

test("characters that cost more are replaced only on request", async () => {
  await write();
  await area.fill("“Curly” – and 😀");
  await page.getByText("make this message UCS-2").waitFor();
  await expect.poll(savedText, soon).toBe("“Curly” – and 😀");
  await button("Replace “–” with “-”").click();
  await expect.poll(shown, soon).toBe("“Curly” - and 😀");
  await button(/^Replace all/).click();
  await expect.poll(shown, soon).toBe('"Curly" - and 😀');
  await page.getByText("“😀” has no plain equivalent").waitFor();
  await area.focus();
  await press("Control+z");
  await expect.poll(savedText, soon).toBe("“Curly” - and 😀");
});

test("the default opt-out text is shown, can be switched off, and the review then reports it missing", async () => {
  await write({ text: "Vi sees!" });
  await expect.poll(onPhone, soon).toContain(`Vi sees!\n${optOutText}`);
  await page.getByLabel("Add the default opt-out text").uncheck();
  await expect.poll(async () => (await saved()).opt_out_text, soon).toBe(false);
  expect(await onPhone()).not.toContain(optOutText);
  await button("Review").click();
  await page.getByText("The text does not say how to opt out.").waitFor();
  expect(await onPhone()).not.toContain(optOutText);
  await page.getByRole("link", { name: "Go there" }).click();
  await expect.poll(isWriting, soon).toBe(true);
  await page.getByLabel("Add the default opt-out text").check();
  await expect.poll(async () => (await saved()).opt_out_text, soon).toBe(true);
});

test("the phone shows what one contact would receive", async () => {
  await write({ text: `Hei ${token("der")}!` });
  await expect.poll(onPhone, soon).toContain("Hei der!");
  const viewAs = page.getByRole("combobox", { name: "View as" });
  await viewAs.click();
  await viewAs.fill("Anna");
  await page.getByRole("option", { name: /^Anna Ness/ }).click();
  await expect.poll(onPhone, soon).toContain(`Hei Anna!\n${optOutText}`);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(onPhone, soon).toContain("Hei der!");
});

test("a text that the server refuses stays, is shown as unsaved, and is saved once it is fixed", async () => {
  await write({ text: "Before" });
  await area.fill("Hei {{ contact.nickname }}, vi sees");
  await page.getByText("There is no field “contact.nickname”").first().waitFor();
  await page.getByText("Not saved", { exact: true }).waitFor();
  expect(await area.getAttribute("aria-invalid")).toBe("true");
  expect((await saved()).text).toBe("Before");

  // Neither Review nor a link discards it.
  await button("Review").click();
  await expect.poll(isWriting, soon).toBe(true);
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Campaigns" }).click();
  await page.getByText("Leave without saving?").waitFor();
  await button("Stay here").click();
  expect(await area.inputValue()).toContain("contact.nickname");

  await area.fill(`Hei ${token("der")}, vi sees`);
  await expect.poll(savedText, soon).toBe(`Hei ${token("der")}, vi sees`);
  await page.getByText("Saved", { exact: true }).waitFor();
});

test("a text typed while the server is unreachable is kept, and saved when it is back", async () => {
  await write({ text: "Before" });
  const calls = `**/api/v1/campaigns/${campaign.id}`;
  await page.route(calls, (route) => (route.request().method() === "PATCH" ? route.abort() : route.fallback()));
  await area.fill("Written in a tunnel");
  await page.getByText("Not saved. What you wrote is still here.").waitFor();
  expect(await area.inputValue()).toBe("Written in a tunnel");
  await page.unroute(calls);
  await button("Save again").click();
  await expect.poll(savedText, soon).toBe("Written in a tunnel");
  await page.getByText("Saved", { exact: true }).waitFor();
});

test("every error of the review links to its field", async () => {
  await write({ subscription_type: null, include: { lists: [], contacts: [] } });
  await button("Review").click();
  await page.getByText("3 things must be fixed first").waitFor();
  expect(await button("Send now").isDisabled()).toBe(true);
  const review = page.url();
  for (const [problem, field] of [
    ["The message has no text.", area],
    ["Choose what recipients have consented to.", page.getByLabel("Subscription type")],
    ["Nobody is chosen in “Send to”.", page.getByRole("combobox", { name: "Send to", exact: true })],
  ] as const) {
    await page.goto(review);
    await page.getByRole("listitem").filter({ hasText: problem }).getByRole("link", { name: "Go there" }).click();
    await expect
      .poll(() => field.evaluate((element) => element === document.activeElement), { message: problem })
      .toBe(true);
  }
});

test("a sender name that cannot receive, with a text that asks for STOP, is an error of the review", async () => {
  await must("POST /senders", { address: "SalongKari" });
  await write({ text: "Vi sees! Svar STOPP for å slippe flere." });
  await page.getByLabel("Sender").selectOption({ label: "SalongKari" });
  await page.getByText("opt out by a link instead of STOP").waitFor();
  await page
    .getByText(/: http\S+\/p\/0{12}/)
    .first()
    .waitFor();
  // As a contact gets it the link is there once too, not again after the greyed one.
  const viewAs = page.getByRole("combobox", { name: "View as" });
  await viewAs.click();
  await viewAs.fill("Anna");
  const previewed = page.waitForResponse(
    (answer) =>
      answer.url().endsWith("/campaigns/preview") && answer.request().postData()?.includes("contact_id") === true,
  );
  await page.getByRole("option", { name: /^Anna Ness/ }).click();
  await previewed;
  await expect.poll(async () => (await onPhone()).split("/p/").length - 1, soon).toBe(1);
  await button("Review").click();
  await page.getByText("The text asks for a reply, but SalongKari cannot receive any.").waitFor();
  expect(await button("Send now").isDisabled()).toBe(true);
  await page.getByRole("link", { name: "Go there" }).click();
  const sender = page.getByLabel("Sender");
  await expect.poll(() => sender.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("a double click on Send sends once", async () => {
  await must("PATCH /workspace", { undo_seconds: 0 });
  await write({ text: `Hei ${token("der")}!` });
  const { used } = await must<{ used: number }>("GET /usage");
  let sends = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/send")) sends++;
  });
  await button("Review").click();
  await button("Send now").click();
  await button("Send to 2 people").dblclick();
  await page.getByText("2 of 2").first().waitFor({ timeout: 30_000 });
  await expect.poll(async () => (await saved()).status, { timeout: 30_000 }).toBe("sent");
  expect(sends).toBe(1);
  for (const [number, text] of [
    [ola, "Hei der!"],
    [anna, "Hei Anna!"],
  ]) {
    const { items } = await must<{ items: { text: string }[] }>(`GET /sandbox/phones/${number}/messages`);
    expect(items.map((each) => each.text)).toEqual([`${text}\n${optOutText}`]);
  }
  expect(await must("GET /usage")).toMatchObject({ used: used + 2, reserved: 0 });
});
