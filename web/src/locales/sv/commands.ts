import type { commands as en } from "../en/commands.ts";
import type { Translation } from "../languages.ts";

export const commands: Translation<typeof en> = {
  words: {
    home: "start översikt startsida dashboard",
    campaigns: "sms texter meddelanden skicka utskick nyhetsbrev resultat",
    contacts: "folk kunder medlemmar mottagare nummer adressbok sök",
    lists: "grupper segment målgrupp mottagare",
    settings: "val alternativ konfiguration anpassa",
    sandbox: "test prova telefon simulator",
    subscription: "faktura betalning pris kostnad förbrukning segment kvot plan",
    alerts: "varningar problem fel aviseringar",
    account: "profil lösenord inloggning sessioner tvåfaktor jag",
    workspace: "företag verksamhet land tidszon språk tysta timmar avanmälan texter stopp hjälp",
    people: "användare kollegor team medlemmar roller behörighet åtkomst bjuda in",
    senders: "avsändare avsändarnamn från nummer kortnummer svar",
    carriers: "smpp twilio teleoperatör gateway anslutning leverantör rutt",
    subscriptionTypes: "samtycke tillstånd marknadsföring nyhetsbrev gdpr",
    quietHours: "natt söndag helgdag tidszon",
    retention: "integritet gdpr radera radering lagring gallring",
    apiKeys: "api nyckel token utvecklare integration",
    webhooks: "api händelser utvecklare integration url",
    audit: "logg historik ändringar vem säkerhet",
    newCampaign: "sms text meddelande skicka utskick skriva",
    newContact: "person kund nummer lägg till",
    importContacts: "csv excel xlsx vcard fil ladda upp kalkylark hämta in",
    newCarrier: "smpp twilio teleoperatör gateway anslutning leverantör",
    system: "tema utseende färger läge automatiskt",
    light: "tema utseende färger läge ljus dag light",
    dark: "tema utseende färger läge mörk natt dark",
    language: "språk language engelska norska svenska danska",
  },
};
