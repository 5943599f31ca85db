import type { problems as en } from "../en/problems.ts";
import type { Translation } from "../languages.ts";

export const problems: Translation<typeof en> = {
  unexpected: "Noe uventet skjedde. Det du skrev, står her fortsatt. Prøv igjen.",
  server_error: "Det oppsto en feil på tjeneren. Det du skrev, står her fortsatt. Prøv igjen om litt.",
  offline: "Tjeneren svarte ikke. Det du skrev, står her fortsatt. Sjekk forbindelsen og prøv igjen.",
  unauthenticated: "Du er logget ut. Logg inn igjen for å fortsette.",
  forbidden: "Rollen din gir ikke lov til dette.",
  not_found: "Det finnes ikke lenger.",
  too_many_requests: "Det ble litt mye på en gang. Vent et øyeblikk og prøv igjen.",
  invalid_email_or_password: "E-postadressen eller passordet er feil.",
  invalid_token: "Denne lenken er brukt eller utløpt. Be om en ny.",
  last_super_admin: "Et arbeidsområde må ha minst én superadministrator.",
};
