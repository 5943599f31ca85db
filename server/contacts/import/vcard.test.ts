import fc from "fast-check";
import { expect, test } from "vitest";
import { createCardReader } from "./vcard.ts";

function read(pieces: string[], country = "NO") {
  const cards: string[][] = [];
  const open: number[] = [];
  const reader = createCardReader({
    country,
    onCard(cells, closed) {
      cards.push(cells);
      if (!closed) open.push(cards.length);
    },
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { cards, open };
}

const card = (...lines: string[]) => ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\r\n");

test.each([
  [
    "Apple, 3.0",
    card(
      "VERSION:3.0",
      "PRODID:-//Apple Inc.//macOS 26//EN",
      "N:Nordmann;Kari;Anne;;",
      "FN:Kari Anne Nordmann",
      "ORG:Salong Saks;",
      "item1.EMAIL;type=INTERNET;type=HOME;type=pref:kari@example.no",
      "TEL;type=HOME;type=VOICE:22 33 44 55",
      "TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:+47 912 34 567",
      "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ",
      " AAAABTQ==",
    ),
    ["Kari Anne", "Nordmann", "+47 912 34 567", "22 33 44 55", "kari@example.no", "Salong Saks"],
  ],
  [
    "Samsung and Outlook, 2.1 with quoted-printable",
    card(
      "VERSION:2.1",
      "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=98stb=C3=B8;=C3=85se;;;",
      "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85se=20=C3=98stb=",
      "=C3=B8",
      "TEL;CELL;PREF:91234567",
      "TEL;WORK;FAX:22334455",
      "EMAIL;PREF;INTERNET:ase@example.no",
    ),
    ["Åse", "Østbø", "91234567", "", "ase@example.no", ""],
  ],
  [
    "an old Outlook, in Windows-1252",
    card("VERSION:2.1", "N;ENCODING=QUOTED-PRINTABLE;CHARSET=Windows-1252:N=E6ss;J=F8rn", "TEL;HOME;VOICE:91234567"),
    ["Jørn", "Næss", "91234567", "", "", ""],
  ],
  [
    "4.0, with URIs",
    card(
      "VERSION:4.0",
      "FN:Ola Nordmann",
      'TEL;VALUE=uri;PREF=1;TYPE="voice,work":tel:+47-22-33-44-55;ext=102',
      'TEL;VALUE=uri;TYPE="cell":tel:+47-912-34-567',
      "EMAIL;TYPE=work:ola@example.no",
    ),
    ["Ola", "Nordmann", "+47-912-34-567", "+47-22-33-44-55", "ola@example.no", ""],
  ],
  [
    "4.0, a local number and its country code",
    card("VERSION:4.0", "N:Svensson;Eva;;;", "TEL;VALUE=uri;TYPE=cell:tel:70-174-06-05;phone-context=+46"),
    ["Eva", "Svensson", "+4670-174-06-05", "", "", ""],
  ],
  [
    "Google: several numbers without a type",
    card("VERSION:3.0", "FN:Per", "N:;Per;;;", "TEL:22334455", "TEL:+4791234567", "TEL:99887766"),
    ["Per", "", "+4791234567", "22334455", "", ""],
  ],
  [
    "what is called a mobile and is none",
    card("VERSION:3.0", "N:Hansen;Liv;;;", "TEL;TYPE=CELL:22334455", "TEL;TYPE=HOME:91234567"),
    ["Liv", "Hansen", "91234567", "22334455", "", ""],
  ],
  [
    "escapes and folded lines",
    card(
      "VERSION:3.0",
      "N:O\\;Brien\\, jr.;Pat",
      "ORG:Saks\\, hår",
      "  og hud;Avd. 2",
      "TEL;TYPE=cell:912 34",
      "  567",
    ),
    ["Pat", "O;Brien, jr.", "912 34 567", "", "", "Saks, hår og hud"],
  ],
  [
    "a firm",
    card("VERSION:3.0", "N:;;;;", "FN:Saks AS", "ORG:Saks AS", "TEL:91234567"),
    ["", "", "91234567", "", "", "Saks AS"],
  ],
  [
    "an agent's card within a card",
    card(
      "VERSION:2.1",
      "N:Nordmann;Ola",
      "AGENT:",
      "BEGIN:VCARD",
      "N:X;Y",
      "TEL;CELL:99999999",
      "END:VCARD",
      "TEL;CELL:91234567",
    ),
    ["Ola", "Nordmann", "91234567", "", "", ""],
  ],
])("%s", (_, text, cells) => {
  expect(read([text])).toEqual({ cards: [cells], open: [] });
});

test("a card whose end is missing is reported, and swallows no other", () => {
  const text =
    card("N:A;B", "TEL:91234567") +
    "BEGIN:VCARD\nN:C;D\nTEL:9123456\n" +
    card("N:E;F", "TEL:91234569") +
    "BEGIN:VCARD\nN:G";
  const { cards, open } = read([text]);
  expect(cards.map((cells) => cells[1])).toEqual(["A", "C", "E", "G"]);
  expect(open).toEqual([2, 4]);
});

test("quoted-printable that seems to continue does not swallow the card's end", () => {
  const { cards, open } = read([card("N;ENCODING=QUOTED-PRINTABLE:A;B=") + card("N:C;D")]);
  expect(cards.map((cells) => cells[1])).toEqual(["A", "C"]);
  expect(open).toEqual([]);
});

test("a photo of megabytes takes no memory", () => {
  const { cards } = read([
    "BEGIN:VCARD\r\nN:A;B\r\nPHOTO;ENCODING=BASE64:",
    ...Array.from({ length: 100 }, () => "x".repeat(65_536)),
    "\r\n\r\nTEL:91234567\r\nEND:VCARD\r\n",
  ]);
  expect(cards).toEqual([["B", "A", "91234567", "", "", ""]]);
});

test("any text is read to its end, the same in pieces as in one", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "BEGIN:VCARD",
      "END:VCARD",
      "N:A;B;C",
      "TEL;CELL:91234567",
      "N;ENCODING=QUOTED-PRINTABLE:=C3=85=",
      "AGENT:",
      " x",
      "=",
      "FN:a\\",
    ),
    fc.string({ maxLength: 10 }),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 20 }),
      fc.constantFrom("\r\n", "\n", "\r"),
      fc.array(fc.nat({ max: 200 }), { maxLength: 10 }),
      (lines, eol, cuts) => {
        const text = lines.join(eol);
        const points = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [...points, text.length].map((point, at) => text.slice(at === 0 ? 0 : points[at - 1], point));
        const whole = read([text]);
        expect(read(pieces)).toEqual(whole);
        for (const cells of whole.cards) expect(cells).toHaveLength(6);
      },
    ),
    { numRuns: 2_000 },
  );
});
