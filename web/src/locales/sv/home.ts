import type { home as en } from "../en/home.ts";
import type { Translation } from "../languages.ts";

export const home: Translation<typeof en> = {
  title: "Hem",
  greeting: "Välkommen, {name}",
  newCampaign: "Ny kampanj",
  nextTitle: "Vad du kan göra nu",
  nextText: "Tre steg till det första sms:et på en telefon.",
  done: "(klart)",
  byHand: "Eller lägg till en för hand",
  steps: {
    import: {
      title: "Hämta in dina kontakter",
      text: "En CSV-fil från kalkylarket eller kassan. Du ser varje rad innan något importeras.",
      action: "Importera kontakter",
    },
    write: {
      title: "Skriv och skicka en kampanj",
      text: "Telefonen bredvid texten visar den så som var och en får den.",
      action: "Skriv kampanj",
    },
    see: {
      title: "Se att den kommer fram",
      text: "Sandlådan har en telefon för varje nummer du skickar till. Svara STOPP där och se vad som händer.",
      action: "Öppna sandlådan",
    },
  },
  recent: "Senaste kampanjer",
  allCampaigns: "Alla kampanjer",
  delivered: "levererat",
  noCampaigns: "Inga kampanjer ännu",
  noCampaignsText: "En kampanj är en text till många. De senaste visas här.",
  today: "I dag",
  todayCount:
    "{count, plural, =0 {Inga bokningar i dag} one {# bokning} other {# bokningar}}{ahead, plural, =0 {} other {, # kvar}}",
  agenda: "Kalender",
  next: "Skickas härnäst",
  noCustomer: "Ingen kund",
};
