import type { lists as en } from "../en/lists.ts";
import type { Translation } from "../languages.ts";

export const lists: Translation<typeof en> = {
  title: "Listor",
  new: "Ny lista",
  name: "Namn",
  members: "Medlemmar",
  created: "Skapad",
  search: "Sök bland listor",
  empty: "Inga listor än",
  emptyText: "En lista är ett namngivet urval av kontakter som en kampanj kan skickas till, eller hållas borta från.",
  noMatch: "Ingen lista har ”{query}” i namnet",
  create: "Skapa lista",
  rename: "Byt namn",
  renameTitle: "Byt namn på ”{name}”",
  delete: "Ta bort lista",
  deleteTitle: "Ta bort listan ”{name}”?",
  deleteText: "{count, plural, one {# kontakt blir} other {# kontakter blir}} kvar; bara listan försvinner.",
  deleted: "Listan ”{name}” har tagits bort",
  memberCount: "{count, plural, one {# kontakt} other {# kontakter}}",
  noMembers: "Ingen finns på listan än",
  noMembersText: "Importera en fil till den, eller välj personer under Kontakter och lägg till dem.",
  importOnto: "Importera till den här listan",
  remove: "Ta av från listan",
  removed: "{count, plural, one {# kontakt} other {# kontakter}} borttagna från listan",
};
