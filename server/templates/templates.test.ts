/** Templates over the API: made, changed by two at once, archived, listed, refused, and shown with a message. */
import { expect, test } from "vitest";
import type { Template } from "../../contract/templates.ts";
import { layOut } from "../../rules/mail-layout.ts";
import { renderText } from "../../rules/render-text.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { renderMail } from "../mail/render-mail.ts";
import { filledMail, filledText } from "./filled-template.ts";
import { mostTemplates, requireTemplate } from "./templates.ts";

const database = await testDatabase();
const { db } = database;
const { call } = await testApp(database);

async function house() {
  const { id, key } = await workspaceWithKey(database, { name: "Saks" });
  const ask = (line: string, body?: unknown) => call(line, { key, ...(body !== undefined && { body }) });
  return {
    id,
    ask,
    async request(line: string, body?: unknown) {
      const answer = await ask(line, body);
      expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
      return answer.body;
    },
    async refusal(line: string, body?: unknown) {
      const answer = await ask(line, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      return { status: answer.status, ...answer.body.error };
    },
  };
}
const sms = { name: "Reminder", channel: "sms", text: "{{ event.name }}: #CUSTOMTEXT#" };
const mail = {
  name: "Letter",
  channel: "email",
  subject: "{{ event.name }}",
  text: "",
  html: '<p onclick="x()">Hei {{ buyer.first_name | default: "du" }}</p><p>#CUSTOMTEXT#</p><a href="{{ event.url }}">Billetter</a>',
};

test("a template of a text is kept as it was written, and read, changed and archived", async () => {
  const { request, ask } = await house();
  const made: Template = await request("POST /templates", sms);
  expect(made).toMatchObject({
    ...sms,
    subject: null,
    html: null,
    custom_text: true,
    archived: false,
    revision: 1,
    warnings: [],
  });
  expect(await request(`GET /templates/${made.id}`)).toEqual(made);
  const changed = await request(`PATCH /templates/${made.id}`, { text: "Ny: {{ event.date }}" });
  expect(changed).toMatchObject({ text: "Ny: {{ event.date }}", custom_text: false, revision: 2, name: sms.name });
  expect((await ask(`DELETE /templates/${made.id}`)).status).toBe(204);
  expect((await ask(`DELETE /templates/${made.id}`)).status).toBe(204);
  expect(await request(`GET /templates/${made.id}`)).toMatchObject({ archived: true, revision: 3 });
  expect((await request("GET /templates")).items).toEqual([]);
  expect((await request("GET /templates?archived=true")).items).toMatchObject([{ id: made.id, has_html: false }]);
  expect(await request(`PATCH /templates/${made.id}`, { archived: false })).toMatchObject({ archived: false });
});

test("HTML is stored clean, and what was removed is said once; the list is without it", async () => {
  const { request } = await house();
  const made: Template = await request("POST /templates", mail);
  expect(made.html).toContain('<p>Hei {{ buyer.first_name | default: "du" }}</p>');
  expect(made.html).not.toContain("onclick");
  expect(made.warnings).toMatchObject([{ code: "removed_attribute", field: "html", position: 0, value: "onclick" }]);
  expect((await request(`GET /templates/${made.id}`)).warnings).toEqual([]);
  const [listed] = (await request("GET /templates")).items;
  expect(listed).toMatchObject({ id: made.id, has_html: true, custom_text: true });
  expect(listed).not.toHaveProperty("html");
  // What is stored can be saved again, and is no change.
  expect(await request(`PATCH /templates/${made.id}`, { html: made.html, revision: 1 })).toMatchObject({ revision: 1 });
  expect(await request(`PATCH /templates/${made.id}`, { html: mail.html, revision: 0 })).toMatchObject({ revision: 1 });
  expect(await request(`PATCH /templates/${made.id}`, { html: null, text: "Hei" })).toMatchObject({
    html: null,
    revision: 2,
  });
});

test("two people edit one template: whoever comes second is told, and the same change again is none", async () => {
  const { request, refusal, ask } = await house();
  const { id } = await request("POST /templates", sms);
  await request(`PATCH /templates/${id}`, { text: "Eva", revision: 1 });
  expect(await refusal(`PATCH /templates/${id}`, { text: "Per", revision: 1 })).toMatchObject({
    status: 409,
    code: "template_changed",
    field: "revision",
    value: 2,
  });
  expect(await request(`PATCH /templates/${id}`, { text: "Eva", revision: 1 })).toMatchObject({ revision: 2 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => ask(`PATCH /templates/${id}`, { text: `Text ${i}`, revision: 2 })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
  expect(await request(`PATCH /templates/${id}`, { text: "Without" })).toMatchObject({ revision: 4 });
});

test("a name is one template's of its channel, until it is archived", async () => {
  const { request, refusal } = await house();
  const first = await request("POST /templates", sms);
  expect(await refusal("POST /templates", { ...sms, name: " REMINDER " })).toMatchObject({
    status: 409,
    code: "name_taken",
    field: "name",
  });
  await request("POST /templates", { ...mail, name: sms.name });
  await request(`DELETE /templates/${first.id}`);
  const second = await request("POST /templates", sms);
  expect(await refusal(`PATCH /templates/${first.id}`, { archived: false })).toMatchObject({ code: "name_taken" });
  await request(`PATCH /templates/${second.id}`, { name: "Another" });
  await request(`PATCH /templates/${first.id}`, { archived: false });
});

test("twenty at once of one name are one", async () => {
  const { ask, request } = await house();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask("POST /templates", sms)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  expect((await request("GET /templates")).items).toHaveLength(1);
});

test("the list is paged by name, and searched by name and channel", async () => {
  const { request } = await house();
  for (const name of ["Åpning", "Bravo", "alfa", "Charlie"]) await request("POST /templates", { ...sms, name });
  await request("POST /templates", { ...mail, name: "Delta" });
  const names: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: { items: Template[]; next_cursor: string | null } = await request(
      `GET /templates?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    names.push(...page.items.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(names).toEqual(["alfa", "Bravo", "Charlie", "Delta", "Åpning"]);
  const found = async (query: string) =>
    (await request(`GET /templates?${query}`)).items.map(({ name }: Template) => name);
  expect(await found("query=LF")).toEqual(["alfa"]);
  expect(await found("query=apn")).toEqual(["Åpning"]);
  expect(await found("channel=email")).toEqual(["Delta"]);
});

test.each([
  [{ ...sms, text: "Hei {{ booking.date }}" }, "unknown_placeholder", "text", { position: 7, value: "booking.date" }],
  [{ ...sms, text: "Hei {{ event.name" }, "not_closed", "text", { position: 4, value: "{{ event.name" }],
  [{ ...sms, text: " \u200b\n" }, "empty_text", "text", { position: 0, value: " \u200b\n" }],
  [{ ...sms, text: "x".repeat(1_601) }, "text_too_long", "text", { position: 1_600, value: "1601" }],
  [{ ...sms, text: "x".repeat(20_001) }, "text_too_long", "text", { position: 20_000, value: "20001" }],
  [{ ...sms, subject: "Hei" }, "not_for_sms", "subject", { position: 0, value: "Hei" }],
  [{ ...sms, html: "<p>Hei</p>" }, "not_for_sms", "html", { position: 0, value: "<p>Hei</p>" }],
  [
    { ...sms, text: '{{ event.name | default: "#CUSTOMTEXT#" }}' },
    "custom_text_in_placeholder",
    "text",
    { position: 26, value: "#CUSTOMTEXT#" },
  ],
  [{ ...sms, text: "{#CUSTOMTEXT#}" }, "brace_beside_custom_text", "text", { position: 0, value: "{#CUSTOMTEXT#}" }],
  [{ ...mail, subject: "Hei {{ nobody }}" }, "unknown_placeholder", "subject", { position: 7, value: "nobody" }],
  [
    { ...mail, subject: "Hei\nBcc: x@example.com" },
    "line_break",
    "subject",
    { position: 3, value: "Hei\nBcc: x@example.com" },
  ],
  [{ ...mail, subject: " " }, "empty_subject", "subject", { position: 0, value: " " }],
  [{ ...mail, subject: "x".repeat(501) }, "text_too_long", "subject", { position: 500, value: "501" }],
  [{ ...mail, html: "<p>{{ nobody }}</p>" }, "unknown_placeholder", "html", { position: 6, value: "nobody" }],
  [
    { ...mail, html: '<a href="{{ buyer.email }}">x</a>' },
    "not_a_link",
    "html",
    { position: 0, value: "{{ buyer.email }}" },
  ],
  [{ ...mail, html: "<div>".repeat(50_000) }, "too_deep", "html", { position: 500, value: "div" }],
  [{ ...mail, html: "<b>x</b>".repeat(30_000) }, "too_many_elements", "html", { position: 160_000, value: "b" }],
  [{ ...mail, html: null }, "empty_text", "text", { position: 0, value: "" }],
])("refused with field and value: %#", async (body, code, field, value) => {
  const { refusal } = await house();
  expect(await refusal("POST /templates", body)).toMatchObject({ status: 422, code, field, value });
});

test("a layout of 5 MB is refused by the name of its field and its size, also one that grows by being cleaned", async () => {
  const { refusal, request } = await house();
  const html = "x".repeat(5 * 1024 * 1024);
  expect(await refusal("POST /templates", { ...mail, html })).toMatchObject({
    status: 422,
    code: "html_too_long",
    field: "html",
    value: String(html.length),
  });
  expect(await refusal("POST /templates", { ...mail, html: "<".repeat(200_000) })).toMatchObject({
    code: "html_too_long",
  });
  const big = await request("POST /templates", { ...mail, html: `<p>${"æ".repeat(60_000)}</p>` });
  expect(big.warnings).toMatchObject([{ code: "html_clipped", field: "html", position: null }]);
  expect((await request(`GET /templates/${big.id}`)).warnings).toHaveLength(1);
});

test("a workspace has so many templates; archiving makes room", async () => {
  const { request, refusal } = await house();
  for (let i = 0; i < mostTemplates; i += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => request("POST /templates", { ...sms, name: `Layout ${i + n}` })),
    );
  expect(await refusal("POST /templates", sms)).toMatchObject({
    status: 409,
    code: "too_many_templates",
    value: mostTemplates,
  });
  const [first] = (await request("GET /templates?limit=1")).items;
  await request(`DELETE /templates/${first.id}`);
  await request("POST /templates", sms);
  expect(await refusal(`PATCH /templates/${first.id}`, { archived: false })).toMatchObject({
    code: "too_many_templates",
  });
});

test("signs that turn the words around them are warned of, æøå and emoji are not", async () => {
  const { request } = await house();
  const made = await request("POST /templates", {
    ...mail,
    text: "a\u202eb",
    subject: "Blåbærøl 🎄",
    html: "<p>&#x202E;x 🎄 æøå</p>",
  });
  expect(made.warnings).toMatchObject([
    { code: "changes_direction", field: "text", position: 1, value: "U+202E" },
    { code: "changes_direction", field: "html", position: null, value: "U+202E" },
  ]);
  expect(made.html).toContain("🎄 æøå");
});

test("the preview of a text: example values, the message in its place, and segments for names of every length", async () => {
  const { request } = await house();
  const body = {
    ...sms,
    text: "Hei {{ buyer.first_name }}! #CUSTOMTEXT#",
    custom_text: `Dørene åpner kl. {{ event.time }}. ${"x".repeat(110)}`,
  };
  expect(await request("POST /templates/preview", body)).toMatchObject({
    segments: 1,
    encoding: "GSM-7",
    longest_name: null,
  });
  await request("POST /contacts", { mobile: "+4791234567", first_name: "Bo" });
  await request("POST /contacts", { mobile: "+4791234568", first_name: "Kari" });
  await request("POST /contacts", { mobile: "+4791234569", first_name: "Wolfeschlegelsteinhausenbergerdorff" });
  const shown = await request("POST /templates/preview", body);
  expect(shown).toMatchObject({
    subject: null,
    html: null,
    segments: 1,
    typical_segments: 1,
    longest_segments: 2,
    longest_name: "Wolfeschlegelsteinhausenbergerdorff",
    problems: [],
    warnings: [],
  });
  expect(shown.text).toMatch(/^Hei \S+! Dørene åpner kl\. \d\d?:\d\d.*\. x+$/);
  expect(await request("POST /templates/preview", { ...body, custom_text: "🎄" })).toMatchObject({ encoding: "UCS-2" });
});

test("the preview says what keeps it from being saved or sent, and shows it as it is written", async () => {
  const { request } = await house();
  expect(
    await request("POST /templates/preview", { ...sms, text: "Hei {{ nobody }} #CUSTOMTEXT#", custom_text: "du" }),
  ).toMatchObject({
    text: "Hei {{ nobody }} du",
    problems: [{ code: "unknown_placeholder", field: "text", position: 7, value: "nobody" }],
  });
  expect(await request("POST /templates/preview", { ...sms, text: "Hei", custom_text: "du" })).toMatchObject({
    text: "Hei",
    problems: [{ code: "no_place_for_text", field: "custom_text" }],
  });
  expect(await request("POST /templates/preview", sms)).toMatchObject({
    problems: [],
    warnings: [{ code: "no_custom_text", field: "custom_text" }],
  });
  expect(
    await request("POST /templates/preview", { ...sms, text: "#CUSTOMTEXT#", custom_text: "x".repeat(1_700) }),
  ).toMatchObject({
    problems: [{ code: "too_long", field: "text" }],
  });
});

test("the preview of a mail: subject, plain twin and clean HTML, with the message escaped", async () => {
  const { request } = await house();
  const shown = await request("POST /templates/preview", {
    ...mail,
    custom_text: "Ta med <ID> & billett\nSe https://x.example/a?b=1&c=2",
  });
  expect(shown.problems).toEqual([]);
  expect(shown.html).toContain(
    '<p>Ta med &lt;ID&gt; &amp; billett<br>Se <a href="https://x.example/a?b=1&amp;c=2" style="color:#1d4ed8">https://x.example/a?b=1&amp;c=2</a></p>',
  );
  expect(shown.text).toContain("Ta med <ID> & billett\nSe https://x.example/a?b=1&c=2\n");
  expect(shown.text).toMatch(/Billetter \(https:\/\/[^)]+\)/);
  expect(shown).toMatchObject({ segments: null, encoding: null, warnings: [{ code: "removed_attribute" }] });
  expect(shown.subject).not.toContain("{{");
});

test("the built-in layout is saved without a warning, and its twin has the words", async () => {
  const { request } = await house();
  const html = layOut({
    language: "nb",
    title: "",
    body: "#CUSTOMTEXT#",
    logo: { url: "https://saks.example/logo.png", name: "Saks" },
    button: { text: "Se billetten", url: "{{ order.link }}" },
    footer: "Saks AS\nStorgata 1, 0155 Oslo",
  });
  expect(await request("POST /templates", { ...mail, html })).toMatchObject({ warnings: [] });
  const { text } = await request("POST /templates/preview", { ...mail, html, custom_text: "Dørene åpner 18" });
  expect(text).toMatch(/^Dørene åpner 18\n\nSe billetten \(https:\/\/\S+\)\n\nSaks AS\nStorgata 1, 0155 Oslo\n$/);
});

test("what a dispatch sends: filled in and rendered for each recipient, whose values are words", async () => {
  const { request, id } = await house();
  const letter = await request("POST /templates", mail);
  await request("POST /templates", sms);
  const [mailRow, smsRow] = await db.inWorkspace(id, async (tx) => [
    await requireTemplate(tx, id, "email", letter.id),
    await requireTemplate(tx, id, "sms", "reminder"),
  ]);
  const message = "Hei {{ holder.first_name }} <3 #CUSTOMTEXT#";
  const values = {
    event: { name: "{{ buyer.email }} #CUSTOMTEXT#", url: "https://t.example/?a=1&b=2" },
    buyer: { first_name: "<b>Kari</b>" },
    holder: { first_name: "Ola" },
  };
  const text = renderText(filledText(smsRow, message), values, null);
  expect(text).toMatchObject({ text: "{{ buyer.email }} #CUSTOMTEXT#: Hei Ola <3 #CUSTOMTEXT#" });
  const rendered = renderMail(filledMail(mailRow, message), values, null);
  expect(rendered).toMatchObject({ ok: true, subject: "{{ buyer.email }} #CUSTOMTEXT#" });
  if (!rendered.ok) return;
  expect(rendered.html).toContain("<p>Hei &lt;b&gt;Kari&lt;/b&gt;</p><p>Hei Ola &lt;3 #CUSTOMTEXT#</p>");
  expect(rendered.html).toContain('<a href="https://t.example/?a=1&amp;b=2">Billetter</a>');
  expect(rendered.text).toBe("Hei <b>Kari</b>\n\nHei Ola <3 #CUSTOMTEXT#\n\nBilletter (https://t.example/?a=1&b=2)\n");
});

test("a template is found by id or name, of its channel, and goes on by id where it is archived", async () => {
  const { request, id } = await house();
  const made = await request("POST /templates", sms);
  await request(`DELETE /templates/${made.id}`);
  const find = (channel: "sms" | "email", ref: string, allowArchived = false) =>
    db.inWorkspace(id, (tx) => requireTemplate(tx, id, channel, ref, { allowArchived }));
  await expect(find("sms", made.id)).rejects.toMatchObject({ code: "archived_template", field: "template" });
  expect(await find("sms", made.id, true)).toMatchObject({ id: made.id });
  await expect(find("sms", "Reminder")).rejects.toMatchObject({ code: "unknown_template", value: "Reminder" });
  await expect(find("email", made.id, true)).rejects.toMatchObject({ code: "wrong_channel" });
});
