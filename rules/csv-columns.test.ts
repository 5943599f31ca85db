import { expect, test } from "vitest";
import { guessImportField, guessImportFields } from "./csv-columns.ts";

test("headers of four languages are understood", () => {
  for (const [header, field] of [
    ["Mobile", "mobile"],
    ["mobile_number", "mobile"],
    ["Mobilnr.", "mobile"],
    ["MOBILTELEFON", "mobile"],
    ["Mobilnummer", "mobile"],
    ["Telefon", "phone"],
    ["Tlf.", "phone"],
    ["Phone", "phone"],
    ["E-post", "email"],
    ["e-mail", "email"],
    ["Mail", "email"],
    ["\ufeffFornavn", "first_name"],
    ["Förnamn", "first_name"],
    ["First Name", "first_name"],
    ["Etternavn", "last_name"],
    ["Efternamn", "last_name"],
    ["Efternavn", "last_name"],
    ["Navn", "full_name"],
    ["Namn", "full_name"],
    ["Fullständigt namn", "full_name"],
    ["Språk", "locale"],
    ["Tidssone", "time_zone"],
    ["Samtykke", "consent"],
    ["Samtycke", "consent"],
    ["Samtykkedato", "consent_date"],
    ["Samtyckeskälla", "consent_source"],
    ["Kilde for samtykke", "consent_source"],
  ] as const)
    expect(guessImportField(header), header).toBe(field);
});

test("an unknown header is no field", () => {
  for (const header of ["", "#1", "Favourite colour", "constructor", "__proto__"])
    expect(guessImportField(header)).toBeNull();
});

test("a field goes to the first column that means it", () => {
  expect(guessImportFields(["Navn", "Mobil", "Mobiltelefon", "x"])).toEqual(["full_name", "mobile", null, null]);
});
