import type { home as en } from "../en/home.ts";
import type { Translation } from "../languages.ts";

export const home: Translation<typeof en> = {
  title: "Hjem",
  greeting: "Velkommen, {name}",
  newCampaign: "Ny kampanje",
  nextTitle: "Hva du kan gjøre nå",
  nextText: "Tre steg til den første meldingen på en telefon.",
  done: "(ferdig)",
  byHand: "Eller legg til én for hånd",
  steps: {
    import: {
      title: "Importer kontaktene",
      text: "En CSV-fil fra regnearket eller kassen. Du ser hver rad før noe blir importert.",
      action: "Importer kontakter",
    },
    write: {
      title: "Skriv og send en kampanje",
      text: "Telefonen ved siden av teksten viser den slik hver enkelt får den.",
      action: "Skriv kampanje",
    },
    see: {
      title: "Se at den kommer frem",
      text: "Sandkassen har en telefon for hvert nummer du sender til. Svar STOPP der og se hva som skjer.",
      action: "Åpne sandkassen",
    },
  },
  recent: "Siste kampanjer",
  allCampaigns: "Alle kampanjer",
  delivered: "levert",
  noCampaigns: "Ingen kampanjer ennå",
  noCampaignsText: "En kampanje er én tekst til mange. De siste dukker opp her.",
  today: "I dag",
  todayCount:
    "{count, plural, =0 {Ingen bookinger i dag} one {# booking} other {# bookinger}}{ahead, plural, =0 {} other {, # gjenstår}}",
  agenda: "Kalender",
  next: "Sendes snart",
  noCustomer: "Ingen kunde",
};
