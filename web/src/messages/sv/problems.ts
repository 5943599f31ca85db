import type { problems as en } from "../en/problems.ts";
import type { Translation } from "../languages.ts";

export const problems: Translation<typeof en> = {
  unexpected: "Något oväntat hände. Det du skrev finns kvar. Försök igen.",
  server_error: "Det blev ett fel på servern. Det du skrev finns kvar. Försök igen om en stund.",
  offline: "Servern svarade inte. Det du skrev finns kvar. Kontrollera anslutningen och försök igen.",
  unauthenticated: "Du har loggats ut. Logga in igen för att fortsätta.",
  forbidden: "Din roll tillåter inte detta.",
  not_found: "Det finns inte längre.",
  too_many_requests: "Det blev lite mycket på en gång. Vänta en stund och försök igen.",
  invalid_email_or_password: "E-postadressen eller lösenordet stämmer inte.",
  invalid_token: "Länken är använd eller har gått ut. Be om en ny.",
  last_super_admin: "En arbetsyta måste ha minst en superadministratör.",
};
