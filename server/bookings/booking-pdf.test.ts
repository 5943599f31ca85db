import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { extractText, getDocumentProxy } from "unpdf";
import { expect, test } from "vitest";
import { hostileTexts } from "../../testing/hostile.ts";
import { bookingPdfWords } from "./booking-pdf-words.ts";
import { type BookingDocument, bookingPdf } from "./booking-pdf.ts";

const document: BookingDocument = {
  language: "nb",
  business: "Salong Åse",
  heading: "Timen din er bekreftet",
  reference: "K7M2QX",
  when: "lørdag 14. mars 2026 kl. 10:00–11:30",
  service: "Klipp og farge",
  resource: "Łukasz Şahin",
  where: "Salong Åse Grünerløkka\nMarkveien 35 B, 0554 Oslo",
  directions:
    "Trikk 11 eller 12 til Olaf Ryes plass. Inngang fra bakgården, andre etasje; heisen er til høyre for døren.",
  price: "kr 1\u00a0490,00",
  status: "Bekreftet",
  booked_by: "Ωμέγα Юрий\n+47 412 34 567\nomega@example.com",
  attendees: ["Kari Nordmann", "Zażółć Gęślą", "Đặng Ţepeș"],
  notes: "Allergisk mot ammoniakk.",
  manage_link: "https://varsla.example/b/7fKq2mXw9T",
  footer: "Salong Åse AS · Org.nr. 987 654 321\n+47 22 12 34 56",
  created_at: new Date("2026-03-01T10:00:00Z"),
};

/** What a reader shows of it. */
async function read(bytes: Buffer) {
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(pdf, { mergePages: false });
  return { pdf, pages: text.map(inOneLine), text: inOneLine(text.join(" ")) };
}

const readBooking = async (changes: Partial<BookingDocument> = {}) =>
  read(await bookingPdf({ ...document, ...changes }));
const inOneLine = (text: string) => text.replace(/\s+/g, " ").trim();

test.each(["en", "nb", "sv", "da"] as const)("one page shows every value and every label in %s", async (language) => {
  const { pages, text } = await readBooking({ language });
  expect(pages).toHaveLength(1);
  const values = Object.values({ ...document, language: "", created_at: "" }).flat();
  for (const value of values) expect(text).toContain(inOneLine(value ?? ""));
  const { page, ...labels } = bookingPdfWords[language];
  for (const label of Object.values(labels)) expect(text).toContain(label);
  expect(text).not.toContain(page(1, 1));
});

test("what is missing is left out with its label", async () => {
  const nothing = { service: null, resource: null, where: " \n", directions: null, price: null, status: null };
  const { text } = await readBooking({
    ...nothing,
    booked_by: null,
    attendees: [],
    notes: "",
    manage_link: null,
    footer: null,
  });
  expect(text).toBe("Salong Åse Timen din er bekreftet Referanse K7M2QX Når lørdag 14. mars 2026 kl. 10:00–11:30");
});

test("what a PDF says can be read whatever the process wrote before: signs that are parts of others too", async () => {
  const made = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", twoPdfs, JSON.stringify(document)],
    { cwd: import.meta.dirname, encoding: "buffer", maxBuffer: 2 ** 24 },
  );
  const { text } = await read(made.stdout);
  expect(text).toContain(document.when);
  expect(text).toContain("Org.nr. 987 654 321");
});

/** Writes one PDF without a full stop, and then the document. */
const twoPdfs = `
  import { bookingPdf } from "./booking-pdf.ts";
  const document = { ...JSON.parse(process.argv[1]), created_at: new Date("2026-03-01T10:00:00Z") };
  const nothing = { service: null, resource: null, where: null, directions: null, price: null, status: null };
  const others = { booked_by: null, attendees: [], notes: null, manage_link: null, footer: null };
  await bookingPdf({ ...document, ...nothing, ...others, heading: "! : ; … ÷ ?", when: "10:00" });
  process.stdout.write(await bookingPdf(document));
`;

test("the file says what it is, whose, and in which language", async () => {
  const { pdf } = await readBooking({ language: "da" });
  const { info } = (await pdf.getMetadata()) as unknown as { info: Record<string, unknown> };
  expect(info).toMatchObject({
    Title: "Timen din er bekreftet (K7M2QX)",
    Author: "Salong Åse",
    CreationDate: "D:20260301100000Z",
    Language: "da",
  });
  expect(await pdf.getMarkInfo()).toMatchObject({ Marked: true });
});

test("screen readers find a heading, a table with headers of its rows, a link and a described picture", async () => {
  const { pdf } = await readBooking();
  const tree = await (await pdf.getPage(1)).getStructTree();
  const roles: string[] = [];
  const collect = (node: { role?: string; children?: object[]; alt?: string }) => {
    if (node.role) roles.push(node.alt ? `${node.role}: ${node.alt}` : node.role);
    for (const child of node.children ?? []) collect(child);
  };
  collect(tree);
  expect(roles.slice(0, 10)).toEqual(["Root", "Document", "P", "H1", "P", "P", "P", "Table", "TR", "TH"]);
  expect(roles.slice(-5)).toEqual([
    "Link",
    "Span",
    "Span",
    "P",
    `Figure: Se eller endre bestillingen: ${document.manage_link}`,
  ]);
});

test("the manage link can be followed, with whatever it contains", async () => {
  const linksOf = async (manage_link: string) => {
    const { pdf } = await readBooking({ manage_link });
    const annotations = await (await pdf.getPage(pdf.numPages)).getAnnotations();
    return annotations.map((each: { url?: string; unsafeUrl?: string }) => each.url);
  };
  expect(await linksOf("https://varsla.example/b/7fKq2mXw9T")).toEqual(["https://varsla.example/b/7fKq2mXw9T"]);
  expect(await linksOf("https://varsla.example/b/(å)?x=1\\")).toEqual(["https://varsla.example/b/(%C3%A5)?x=1\\"]);
  const long = `https://varsla.example/${"a".repeat(3_000)}`;
  expect(await linksOf(long)).toEqual([long]);
  expect(await linksOf("no address")).toEqual([]);
});

test("many attendees make further pages, each with its number, and none is lost", async () => {
  const attendees = Array.from({ length: 200 }, (_, index) => `Gjest nummer ${index + 1}.`);
  const { pages, text } = await readBooking({ attendees });
  expect(pages.length).toBeGreaterThan(3);
  for (const each of attendees) expect(text).toContain(each);
  for (const [index, page] of pages.entries()) {
    expect(page).toContain(`Side ${index + 1} av ${pages.length}`);
    expect(page).toContain("Org.nr. 987 654 321");
  }
});

test("no line leaves the page's margins, however long a word is", async () => {
  const long = "Wer".repeat(300);
  const { pdf } = await readBooking({
    business: long,
    heading: `${long} ${long}`,
    when: "WWWW ".repeat(100),
    service: long,
    where: `${"Å".repeat(200)}\n${"i ".repeat(400)}`,
    notes: "AVAToTe. ".repeat(1_000),
    manage_link: `https://varsla.example/${long}`,
    footer: long,
  });
  expect(pdf.numPages).toBeGreaterThan(1);
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    for (const item of items) {
      if (!("str" in item) || item.str.trim() === "") continue;
      const [x, y] = [item.transform[4], item.transform[5]];
      expect(x).toBeGreaterThanOrEqual(59.9);
      expect(x + item.width).toBeLessThanOrEqual(595.28 - 59);
      expect(y).toBeGreaterThan(20);
      expect(y).toBeLessThan(842 - 50);
    }
  }
});

test("what has no letter in the typeface becomes a plain one or a question mark, and emoji go", async () => {
  const { text } = await readBooking({ notes: "Hei 👩‍👩‍👧 𝐊𝐚𝐫𝐢, 王小明! 1️⃣ e\u0301 a\u2011b\u202fc" });
  expect(text).toContain("Hei Kari, ???! 1 é a-b c");
});

test("hostile texts anywhere make a readable PDF", async () => {
  for (const text of hostileTexts.map((each) => each.slice(0, 5_000))) {
    const all = Object.fromEntries(
      Object.keys(document).map((key) => [key, key === "attendees" ? [text, text] : text]),
    );
    const { text: found } = await readBooking({ ...all, language: "en", created_at: document.created_at });
    expect(found).toContain("Reference");
    if (/^[\x21-\x7e]{1,40}$/.test(text)) expect(found.split(text).length).toBeGreaterThan(10);
  }
});

test("the same document gives the same bytes", async () => {
  const [one, other] = [await bookingPdf(document), await bookingPdf({ ...document })];
  expect(one.equals(other)).toBe(true);
  expect(one.equals(await bookingPdf({ ...document, reference: "K7M2QY" }))).toBe(false);
});
