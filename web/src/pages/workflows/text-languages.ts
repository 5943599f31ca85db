/** Languages that a text or a condition is offered for; one that another program has set stays. */
export const textLanguages = ["nb", "nn", "sv", "da", "en", "de", "fi", "is", "fr", "es", "it", "nl", "pl", "lt", "uk", "ru", "ar", "so"];
