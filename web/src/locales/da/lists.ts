import type { lists as en } from "../en/lists.ts";
import type { Translation } from "../languages.ts";

export const lists: Translation<typeof en> = {
  title: "Lister",
  new: "Ny liste",
  name: "Navn",
  members: "Medlemmer",
  created: "Oprettet",
  search: "Søg i lister",
  empty: "Ingen lister endnu",
  emptyText: "En liste er et navngivet udvalg af kontakter, som en kampagne kan sendes til eller holdes fra.",
  noMatch: "Ingen liste har »{query}« i navnet",
  create: "Opret liste",
  rename: "Omdøb",
  renameTitle: "Omdøb »{name}«",
  delete: "Slet liste",
  deleteTitle: "Slet listen »{name}«?",
  deleteText: "{count, plural, one {# kontakt bliver} other {# kontakter bliver}}; kun listen forsvinder.",
  deleted: "Listen »{name}« er slettet",
  memberCount: "{count, plural, one {# kontakt} other {# kontakter}}",
  noMembers: "Ingen er på denne liste endnu",
  noMembersText: "Importér en fil til den, eller vælg personer under Kontakter, og tilføj dem.",
  importOnto: "Importér til denne liste",
  remove: "Fjern fra listen",
  removed: "{count, plural, one {# kontakt} other {# kontakter}} fjernet fra listen",
};
