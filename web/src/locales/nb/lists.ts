import type { lists as en } from "../en/lists.ts";
import type { Translation } from "../languages.ts";

export const lists: Translation<typeof en> = {
  title: "Lister",
  new: "Ny liste",
  name: "Navn",
  members: "Medlemmer",
  created: "Opprettet",
  search: "Søk i lister",
  empty: "Ingen lister ennå",
  emptyText: "En liste er et navngitt utvalg kontakter som en kampanje kan sendes til, eller holdes unna.",
  noMatch: "Ingen liste har «{query}» i navnet",
  create: "Opprett liste",
  rename: "Gi nytt navn",
  renameTitle: "Gi «{name}» nytt navn",
  delete: "Slett liste",
  deleteTitle: "Slette listen «{name}»?",
  deleteText: "{count, plural, one {# kontakt blir} other {# kontakter blir}} værende; bare listen forsvinner.",
  deleted: "Listen «{name}» er slettet",
  memberCount: "{count, plural, one {# kontakt} other {# kontakter}}",
  noMembers: "Ingen er på denne listen ennå",
  noMembersText: "Importer en fil til den, eller velg personer under Kontakter og legg dem til.",
  importOnto: "Importer til denne listen",
  remove: "Ta av listen",
  removed: "{count, plural, one {# kontakt} other {# kontakter}} tatt av listen",
};
