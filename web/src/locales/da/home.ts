import type { home as en } from "../en/home.ts";
import type { Translation } from "../languages.ts";

export const home: Translation<typeof en> = {
  title: "Hjem",
  greeting: "Velkommen, {name}",
  newCampaign: "Ny kampagne",
  nextTitle: "Hvad du kan gøre nu",
  nextText: "Tre trin til den første besked på en telefon.",
  done: "(færdig)",
  byHand: "Eller tilføj én manuelt",
  steps: {
    import: {
      title: "Importér dine kontakter",
      text: "En CSV-fil fra regnearket eller kassen. Du ser hver række, før noget bliver importeret.",
      action: "Importér kontakter",
    },
    write: {
      title: "Skriv og send en kampagne",
      text: "Telefonen ved siden af teksten viser den, som hver enkelt får den.",
      action: "Skriv kampagne",
    },
    see: {
      title: "Se den komme frem",
      text: "Sandkassen har en telefon for hvert nummer, du sender til. Svar STOP dér, og se, hvad der sker.",
      action: "Åbn sandkassen",
    },
  },
  recent: "Seneste kampagner",
  allCampaigns: "Alle kampagner",
  delivered: "leveret",
  noCampaigns: "Ingen kampagner endnu",
  noCampaignsText: "En kampagne er én tekst til mange. De seneste dukker op her.",
  today: "I dag",
  todayCount:
    "{count, plural, =0 {Ingen bookinger i dag} one {# booking} other {# bookinger}}{ahead, plural, =0 {} other {, # tilbage}}",
  agenda: "Kalender",
  next: "Sendes snart",
  noCustomer: "Ingen kunde",
};
