/** The customers of the tour's salon: the same in every run. */

const firstNames =
  "Åse Ola Kåre Ingrid Bjørn Sølvi Håkon Marte Øyvind Liv Terje Randi Jørgen Siri Pål Astrid Geir Tone Magnus Unni Lars Hilde Sindre Gro".split(
    " ",
  );
const lastNames =
  "Bråten Nordmann Hansen Ødegård Lie Sørensen Bjørnstad Berg Åsheim Dahl Moen Haugen Vik Strand Lunde Myhre".split(
    " ",
  );
const towns = ["Oslo", "Bærum", "Drammen", "Asker", "Lørenskog"];
const stylists = ["Kari", "Jonas", "Berit"];

export interface Customer {
  first_name: string;
  last_name: string;
  mobile: string;
  email: string;
  town: string;
  stylist: string;
}

const ascii = (name: string) =>
  name.toLowerCase().replaceAll("å", "a").replaceAll("ø", "o").replaceAll("æ", "ae").replaceAll("-", "");
const pick = (from: readonly string[], index: number) => from[index % from.length] as string;

export const customers: readonly Customer[] = Array.from({ length: 48 }, (_, index) => {
  const [first_name, last_name] = [pick(firstNames, index), pick(lastNames, index * 5)];
  return {
    first_name,
    last_name,
    mobile: `+47${91_200_104 + index * 13_137}`,
    email: `${ascii(first_name)}.${ascii(last_name)}@example.com`,
    town: pick(towns, index * 3),
    stylist: pick(stylists, index),
  };
});

const national = (mobile: string) => mobile.slice(3).replace(/(\d{3})(\d{2})(\d{3})/, "$1 $2 $3");

/** The file that the salon imports: all customers, a landline, and rows that are rejected. */
export const customerFile = [
  "Fornavn;Etternavn;Mobil;E-post;Sted;Frisør",
  ...customers.map((each) =>
    [each.first_name, each.last_name, national(each.mobile), each.email, each.town, each.stylist].join(";"),
  ),
  "Rolf;Fasttelefon;22 33 44 55;rolf@example.com;Oslo;Kari",
  "Vigdis;Sæther;913 4;;Oslo;Jonas",
  "Per;Ås;9,13E+07;;Asker;Kari",
  "Anne-Lise;Grønn;;;Bærum;Berit",
  "",
].join("\n");

/** A second, smaller file, for which the import page shows what it would do. */
export const newsletterFile = [
  "Navn;Mobiltelefon;E-postadresse;Samtykke",
  "Frøydis Nygård;934 11 208;froydis.nygard@example.com;ja",
  "Torbjørn Kjær;934 11 315;torbjorn.kjaer@example.com;ja",
  "Æsa Holm;934 11 422;aesa.holm@example.com;nei",
  "Åse Bråten;912 00 104;ase.braten@example.com;ja",
  "Ukjent;12;;ja",
  "",
].join("\n");
