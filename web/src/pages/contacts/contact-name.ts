/** What to call a contact: the names, else the number or e-mail. Null when there is nothing to go by. */
export function contactName(contact: {
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  phone: string | null;
  email: string | null;
}): string | null {
  const names = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return names || contact.mobile || contact.phone || contact.email;
}
