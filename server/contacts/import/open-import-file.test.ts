import { expect, test } from "vitest";
import { workbookOf } from "../../../testing/workbook-file.ts";
import { readFile } from "./reading.test-support.ts";

/** A line of headings, a line of cells, and `column field` of the mapped columns. */
const known: [string, string, string, string[]][] = [
  [
    "a serial number and a mobile",
    "Nr;Navn;Mobil",
    "1;Ola Nordmann;91234601\n2;Kari Nordmann;91234602",
    ["Navn full_name", "Mobil mobile"],
  ],
  ["a number of a customer", "Number,Name,Mobile", "1001,Ola Nordmann,91234603", ["Name full_name", "Mobile mobile"]],
  ["customers numbered like phones", "Kundenr;Navn;Mobil", "40000001;Ola;91234603", ["Navn full_name", "Mobil mobile"]],
  ["a number that is the phone", "Navn;Nummer", "Ola;91234603", ["Navn full_name", "Nummer mobile"]],
  [
    "Google",
    "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,E-mail 1 - Label,E-mail 1 - Value",
    "Ola,N,Home,22334455,Mobile,91234507,* Other,ola@example.no",
    [
      "First Name first_name",
      "Last Name last_name",
      "Phone 1 - Value phone",
      "Phone 2 - Value mobile",
      "E-mail 1 - Value email",
    ],
  ],
  [
    "Google, as it was before",
    "Name,Given Name,Additional Name,Family Name,Yomi Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value",
    "Ola N,Ola,,N,,* Home,ola@example.no,Mobile,+47 912 34 507",
    ["Given Name first_name", "Family Name last_name", "E-mail 1 - Value email", "Phone 1 - Value mobile"],
  ],
  [
    "Outlook",
    "First Name,Middle Name,Last Name,Company,Business Fax,Business Phone,Business Phone 2,Home Phone,Mobile Phone,E-mail Address,E-mail 2 Address",
    "Ola,,N,Saks AS,22334400,22334455,,,91234507,ola@example.no,",
    [
      "First Name first_name",
      "Last Name last_name",
      "Business Phone phone",
      "Mobile Phone mobile",
      "E-mail Address email",
    ],
  ],
  [
    "Outlook in Norwegian, where the mobile is called private phone",
    "Fornavn;Etternavn;Telefon arbeid;Telefon privat;Mobiltelefon;E-postadresse",
    "Ola;N;22334455;91234507;;ola@example.no",
    [
      "Fornavn first_name",
      "Etternavn last_name",
      "Telefon arbeid phone",
      "Telefon privat mobile",
      "E-postadresse email",
    ],
  ],
  [
    "Outlook in Swedish",
    "Förnamn;Efternamn;Telefon (arbete);Mobiltelefon;E-postadress",
    "Ola;N;08-123 456 78;070-174 06 35;ola@example.se",
    [
      "Förnamn first_name",
      "Efternamn last_name",
      "Telefon (arbete) phone",
      "Mobiltelefon mobile",
      "E-postadress email",
    ],
  ],
  [
    "Outlook in Danish",
    "Fornavn;Efternavn;Arbejdstelefon;Mobiltelefon;E-mail-adresse",
    "Ola;N;33 12 34 56;20 12 34 56;ola@example.dk",
    [
      "Fornavn first_name",
      "Efternavn last_name",
      "Arbejdstelefon phone",
      "Mobiltelefon mobile",
      "E-mail-adresse email",
    ],
  ],
  [
    "Outlook in German",
    "Vorname;Nachname;Telefon geschäftlich;Mobiltelefon;E-Mail-Adresse",
    "Ola;N;030 123456;0170 1234567;ola@example.de",
    [
      "Vorname first_name",
      "Nachname last_name",
      "Telefon geschäftlich phone",
      "Mobiltelefon mobile",
      "E-Mail-Adresse email",
    ],
  ],
  [
    "Outlook in Finnish",
    "Etunimi;Sukunimi;Työpuhelin;Matkapuhelin;Sähköpostiosoite",
    "Ola;N;09 1234567;040 1234567;ola@example.fi",
    ["Etunimi first_name", "Sukunimi last_name", "Työpuhelin phone", "Matkapuhelin mobile", "Sähköpostiosoite email"],
  ],
  [
    "Samsung",
    "Display Name,Mobile,Home,E-mail",
    "Ola N,91234507,,",
    ["Display Name full_name", "Mobile mobile", "E-mail email"],
  ],
  [
    "Tripletex",
    "Kundenummer;Navn;Organisasjonsnummer;Telefonnummer;Mobilnummer;Epost;Postnr",
    "10001;Ola N;987654321;22334455;91234507;ola@example.no;0155",
    ["Navn full_name", "Telefonnummer phone", "Mobilnummer mobile", "Epost email"],
  ],
  [
    "Fiken",
    "Navn;Kundenummer;E-post;Telefon;Adresse",
    "Ola N;10001;ola@example.no;91234507;Storgata 1",
    ["Navn full_name", "E-post email", "Telefon mobile"],
  ],
  [
    "Visma",
    "Kundenr;Kundenavn;Mobiltlf;Telefon 1;Telefon 2;E-postadresse;Saldo",
    "10001;Ola N;91234507;22334455;;ola@example.no;1250,50",
    ["Kundenavn full_name", "Mobiltlf mobile", "Telefon 1 phone", "E-postadresse email"],
  ],
  [
    "Fortnox",
    "Kundnr;Namn;Org.nr;Telefon 1;Telefon 2;E-post",
    "1;Ola N;556677-8899;08-123 456 78;070-174 06 35;ola@example.se",
    ["Namn full_name", "Telefon 1 phone", "Telefon 2 mobile", "E-post email"],
  ],
  [
    "e-conomic",
    "Kundenr.;Navn;Telefon/fax;Mobiltelefon;E-mail;CVR-nr.",
    "1;Ola N;33 12 34 56;20 12 34 56;ola@example.dk;20123457",
    ["Navn full_name", "Telefon/fax phone", "Mobiltelefon mobile", "E-mail email"],
  ],
  [
    "Timely",
    "First name,Last name,Email,Telephone,SMS Number,Date of birth",
    "Ola,N,ola@example.no,22334455,91234507,1990-01-31",
    ["First name first_name", "Last name last_name", "Email email", "Telephone phone", "SMS Number mobile"],
  ],
  [
    "Fresha",
    "Client ID,First Name,Last Name,Mobile Number,Telephone,Email",
    "C1,Ola,N,+47 91234507,,ola@example.no",
    ["First Name first_name", "Last Name last_name", "Mobile Number mobile", "Telephone phone", "Email email"],
  ],
  [
    "a last name called name",
    "Name;Vorname;Handy",
    "N;Ola;0170 1234567",
    ["Name last_name", "Vorname first_name", "Handy mobile"],
  ],
  ["a full name and its parts", "Navn;Fornavn;Mobil", "Ola N;Ola;91234507", ["Fornavn first_name", "Mobil mobile"]],
  ["a language we do not know", "Prénom;Numéro de portable", "Ola;91234507", ["Numéro de portable mobile"]],
  ["customers who are numbers", "Kunde;Mobil", "10001;91234507", ["Mobil mobile"]],
  ["a language in words, which is no code", "Mobil;Språk", "91234507;Norsk", ["Mobil mobile"]],
  [
    "questions that are called like what they ask about",
    "SMS;E-post;Navn;Telefon",
    "Ja;Nei;Ola;22334455",
    ["Navn full_name", "Telefon mobile"],
  ],
  ["addresses that are wrong", "E-post;Mobil", "ola@example;91234507", ["E-post email", "Mobil mobile"]],
  [
    "columns that are empty at first",
    "E-post;Mobil;Telefon",
    ";;22334455",
    ["E-post email", "Mobil mobile", "Telefon phone"],
  ],
  ["a mobile that is a phone's make", "Mobil;Telefon", "iPhone 16;91234507", ["Telefon mobile"]],
];
const countries: Record<string, string> = {
  "Outlook in Swedish": "SE",
  Fortnox: "SE",
  "Outlook in Danish": "DK",
  "e-conomic": "DK",
  "Outlook in German": "DE",
  "a last name called name": "DE",
  "Outlook in Finnish": "FI",
};

test.each(known)("columns of %s", async (name, head, cells, fields) => {
  const read = await readFile(`${head}\n${cells}\n`, { country: countries[name] ?? "NO" });
  expect(read.fields).toEqual(fields);
  expect(read.headerRow).toBe(1);
});

test.each([
  ["a surname that is a heading too", "Fritz;Lang;91234551\nKari;Nordmann;91234552\n", ["#3 mobile"]],
  ["a word that is a heading too", "91234553;Kunde\n91234554;Per\n", ["#1 mobile"]],
  ["an address", "kontakt@example.no;91234553\n", ["#1 email", "#2 mobile"]],
  ["a first row whose number is wrong", "Kari;12\nLiv;91234505\n", ["#2 mobile"]],
  ["a first row without a number", "Lang;;Fritz\nNordmann;91234552;Kari\n", ["#2 mobile"]],
  ["a first row with an invisible mark", "Kari;\u202a+4791234551\u202c\nPer;\u202a+4791234552\u202c\n", ["#2 mobile"]],
  ["a first row with other digits", "Kari;９１２３４５５１\nPer;９１２３４５５２\n", ["#2 mobile"]],
  ["figures of a spreadsheet", "Kari;9,1234551E+07\nPer;9,1234552E+07\n", ["#2 mobile"]],
  ["figures in groups", 'Kari,"91,234,551.00"\nPer,"91,234,552.00"\n', ["#2 mobile"]],
  ["mobiles of abroad without their +", "436641234561;Kari\n436641234562;Per\n", ["#1 mobile"]],
  ["running numbers in front", "10001;Ola;91234501\n10002;Per;91234502\n", ["#3 mobile"]],
])("a file without headings: %s", async (_, text, fields) => {
  const read = await readFile(text);
  expect(read).toMatchObject({ fields, headerRow: null, faults: [] });
  expect(read.rows).toHaveLength(text.split("\n").length - 1);
});

test.each([
  ["a title", "Kundeliste per 01.11.2026\n\nNavn;Mobil\nOla;91234501\n", 3],
  ["titles as wide as the table", "Rapport;;\nSalong Saks;;\nNavn;Mobil;By\nOla;91234501;Oslo\n", 3],
  ["a title with a phone", "Salong Saks;22334455;;\n\nNavn;Mobil;E-post;By\nOla;91234501;;Oslo\n", 3],
  ["headings of groups", "Kunde;;Kontaktinfo;\nNavn;Adresse;Mobil;E-post\nOla;Storgata 1;91234501;\n", 2],
  ["a title that is a heading too", "Kunder;;\nNavn;Mobil;By\nOla;91234501;Oslo\n", 2],
  ["unknown headings", "Hvem;Hvor\nOla;91234501\n", 1],
])("headings are found below %s", async (_, text, headerRow) => {
  const read = await readFile(text);
  expect(read.headerRow).toBe(headerRow);
  expect(read.rows.map(([row]) => row)).toEqual([headerRow + 1]);
  expect(read.fields.some((field) => field.endsWith(" mobile"))).toBe(true);
});

test.each([
  "sep=;\n",
  '"sep=;"\n',
  "\ufeffsep=;\r\n",
  '\ufeff"sep=;"\r\n',
  "SEP=;\r\n",
  "Sep = ;\n",
  "sep=;;;\n",
  '"sep=;";;\r\n',
  "sep=;\r",
])("%j declares the separator and is no row", async (line) => {
  const eol = line.endsWith("\r") ? "\r" : "\n";
  // The guess would be commas.
  const text = `${line}Navn, fornavn, alt;Mobil${eol}N, Ola, x;91234501${eol}`;
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text.replace("\ufeff", "")}`, "utf16le")]) {
    expect(await readFile(bytes)).toMatchObject({
      delimiter: ";",
      names: ["Navn, fornavn, alt", "Mobil"],
      rows: [[2, "N, Ola, x", "91234501"]],
    });
  }
});

test.each([
  ["sep=\t\n", "\t"],
  ["sep=\\t\n", "\t"],
  ["sep=,\n", ","],
  ["sep=|\n", "|"],
])("%j", async (line, delimiter) => {
  const text = `${line}${["Navn", "Mobil"].join(delimiter)}\n${["Ola", "91234501"].join(delimiter)}\n`;
  expect(await readFile(text)).toMatchObject({ delimiter, rows: [[2, "Ola", "91234501"]] });
});

test("a separator that is declared but not used is ignored", async () => {
  expect((await readFile("sep=,\nNavn;Mobil\nOla;91234501\n")).delimiter).toBe(";");
});

test("rows copied from a spreadsheet: tabs, cells of several lines in quotes, other quotes as they are", async () => {
  const read = await readFile('Navn\tMobil\tAdresse\r\nOla 5" N\t91234501\t"Storgata 1\n0155 Oslo"\r\n');
  expect(read).toMatchObject({ delimiter: "\t", rows: [[2, 'Ola 5" N', "91234501", "Storgata 1\n0155 Oslo"]] });
  expect((await readFile("91234501\n91234502")).rows).toEqual([
    [1, "91234501"],
    [2, "91234502"],
  ]);
});

test("vCards are recognised by their beginning, in any encoding", async () => {
  const card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Nordmann;Åse;;;\r\nTEL;TYPE=CELL:91234501\r\nEND:VCARD\r\n";
  for (const bytes of [Buffer.from(card), Buffer.from(`\ufeff${card}`, "utf16le"), Buffer.from(card, "latin1")]) {
    expect(await readFile(bytes, { pieces: 5 })).toMatchObject({
      fields: ["First name first_name", "Last name last_name", "Mobile mobile", "Phone phone", "E-mail email"],
      rows: [[1, "Åse", "Nordmann", "91234501", "", "", ""]],
      delimiter: null,
    });
  }
  expect(await readFile(`${card}BEGIN:VCARD\r\nTEL:91234502\r\n`)).toMatchObject({ faults: ["2 card_not_closed"] });
});

test("the employee who serves the customers is not one of them", async () => {
  const rows = Array.from({ length: 5 }, (_, at) => `Ola ${at};kari@salong.example;91234567`);
  expect((await readFile(`Hvem;Ansvarlig;Hvor man ringer\n${rows.join("\n")}\n`)).fields).toEqual([]);
});

test("one stray quote rejects its own line; 500 others are read", async () => {
  const lines = Array.from({ length: 500 }, (_, at) => `${91_240_000 + at};P${at};Oslo`);
  const text = `Mobil;Fornavn;By\n91239998;"Per;Oslo\n${lines.join("\n")}\n`;
  for (const pieces of [1, 13, 5_000]) {
    const { rows, faults } = await readFile(text, { pieces });
    expect(faults).toEqual(["2 quote_not_closed"]);
    expect(rows.map(([, ...cells]) => cells.join(";"))).toEqual(lines);
    expect(rows[0]?.[0]).toBe(3);
  }
});

test("two stray quotes, anywhere among 303 lines: each line is read or reported", async () => {
  const lines = Array.from({ length: 303 }, (_, at) => `${91_243_000 + at};P${at};Oslo`);
  for (const second of ['"x;Oslo', '5";Oslo', '"x";Oslo', 'x;Oslo"', '"";Oslo', '"x;"Oslo']) {
    for (const at of [1, 2, 150, 300]) {
      const broken = [...lines];
      broken[0] = '91242999;"5 mm;Oslo';
      broken[at] = `91243999;${second}`;
      const { rows, faults, all } = await readFile(`Mobil;Merknad;By\n${broken.join("\n")}\n`);
      expect(rows.length + faults.length).toBe(303);
      expect(all.every((row) => row.lines === 1)).toBe(true);
      for (const [row, ...cells] of rows) if (row !== at + 2) expect(cells.join(";")).toBe(broken[row - 2]);
    }
  }
});

test("addresses of several lines stay whole, also where most rows have them", async () => {
  const rows = Array.from(
    { length: 50 },
    (_, at) => `Ola ${at},"Storgata ${at}\r\n0155 Oslo\r\nNorge",912345${at + 10}`,
  );
  const read = await readFile(`Name,Address,Mobile\r\n${rows.join("\r\n")}\r\n`);
  expect(read.faults).toEqual([]);
  expect(read.rows).toHaveLength(50);
  expect(read.rows[49]).toEqual([51, "Ola 49", "Storgata 49\r\n0155 Oslo\r\nNorge", "91234559"]);
});

test("a rejected.csv that was saved as a workbook is read as well", async () => {
  const bytes = workbookOf([
    {
      name: "rejected",
      rows: [
        ["Rad", "Grunn", "Navn", "Mobil"],
        [3, "Mobil er ikke et gyldig nummer", "'=Per", 91234501],
      ],
    },
  ]);
  expect(await readFile(bytes)).toMatchObject({
    names: ["Navn", "Mobil"],
    rows: [[2, "=Per", "91234501"]],
  });
});
