/**
 * The emoji that business texts use, each with its name in the four languages. A whole set would be half a megabyte;
 * the system's own picker has the rest.
 */
export type EmojiCategory =
  | "faces"
  | "gestures"
  | "hearts"
  | "celebration"
  | "food"
  | "nature"
  | "travel"
  | "objects"
  | "signs";
type Language = "en" | "nb" | "sv" | "da";

export interface Emoji {
  character: string;
  names: Record<Language, string>;
}

const line = (character: string, en: string, nb: string, sv: string, da: string): Emoji => ({
  character,
  names: { en, nb, sv, da },
});

export const emoji: Record<EmojiCategory, readonly Emoji[]> = {
  faces: [
    line("😀", "happy face", "glad ansikt", "glatt ansikte", "glad ansigt"),
    line("😊", "smile", "smil", "leende", "smil"),
    line("🙂", "slight smile", "lite smil", "litet leende", "lille smil"),
    line("😉", "wink", "blunk", "blinkning", "blink"),
    line("😄", "laughing", "ler", "skratt", "griner"),
    line("😂", "tears of joy", "gledestårer", "glädjetårar", "glædestårer"),
    line("😍", "heart eyes", "hjerteøyne", "hjärtögon", "hjerteøjne"),
    line("🥰", "loving face", "forelsket", "förälskad", "forelsket"),
    line("😎", "sunglasses", "solbriller", "solglasögon", "solbriller"),
    line("🤩", "star eyes", "stjerneøyne", "stjärnögon", "stjerneøjne"),
    line("🤗", "hug", "klem", "kram", "kram"),
    line("🤔", "thinking", "tenker", "funderar", "tænker"),
    line("😢", "sad", "trist", "ledsen", "ked af det"),
    line("😮", "surprised", "overrasket", "förvånad", "overrasket"),
    line("😴", "sleeping", "sover", "sover", "sover"),
    line("🤒", "ill", "syk", "sjuk", "syg"),
  ],
  gestures: [
    line("👍", "thumbs up", "tommel opp", "tummen upp", "tommelfinger op"),
    line("👎", "thumbs down", "tommel ned", "tummen ner", "tommelfinger ned"),
    line("👏", "applause", "applaus", "applåd", "klapsalve"),
    line("🙌", "hands up", "hender i været", "händerna i luften", "hænderne i vejret"),
    line("🙏", "thank you", "takk", "tack", "tak"),
    line("👋", "wave", "vinker", "vinkar", "vinker"),
    line("🤝", "handshake", "håndtrykk", "handslag", "håndtryk"),
    line("💪", "strong", "sterk", "stark", "stærk"),
    line("👌", "okay", "ok", "okej", "okay"),
    line("✌️", "victory", "seier", "seger", "sejr"),
    line("🤞", "fingers crossed", "krysser fingrene", "håller tummarna", "krydser fingre"),
    line("👉", "pointing right", "peker mot høyre", "pekar åt höger", "peger til højre"),
    line("👇", "pointing down", "peker ned", "pekar ner", "peger ned"),
  ],
  hearts: [
    line("❤️", "red heart", "rødt hjerte", "rött hjärta", "rødt hjerte"),
    line("🧡", "orange heart", "oransje hjerte", "orange hjärta", "orange hjerte"),
    line("💛", "yellow heart", "gult hjerte", "gult hjärta", "gult hjerte"),
    line("💚", "green heart", "grønt hjerte", "grönt hjärta", "grønt hjerte"),
    line("💙", "blue heart", "blått hjerte", "blått hjärta", "blåt hjerte"),
    line("💜", "purple heart", "lilla hjerte", "lila hjärta", "lilla hjerte"),
    line("🖤", "black heart", "svart hjerte", "svart hjärta", "sort hjerte"),
    line("💕", "two hearts", "to hjerter", "två hjärtan", "to hjerter"),
    line("💖", "sparkling heart", "glitrende hjerte", "glittrande hjärta", "glitrende hjerte"),
  ],
  celebration: [
    line("🎉", "party", "fest", "fest", "fest"),
    line("🎊", "confetti", "konfetti", "konfetti", "konfetti"),
    line("🎁", "gift", "gave", "present", "gave"),
    line("🎂", "birthday cake", "bursdagskake", "födelsedagstårta", "fødselsdagskage"),
    line("🥳", "partying face", "feirer", "firar", "fester"),
    line("🎈", "balloon", "ballong", "ballong", "ballon"),
    line("🏆", "trophy", "pokal", "pokal", "pokal"),
    line("🥇", "gold medal", "gullmedalje", "guldmedalj", "guldmedalje"),
    line("🎄", "Christmas tree", "juletre", "julgran", "juletræ"),
    line("🎅", "Santa Claus", "julenisse", "jultomte", "julemand"),
    line("🎃", "pumpkin", "gresskar", "pumpa", "græskar"),
    line("🐣", "Easter chick", "påskekylling", "påskkyckling", "påskekylling"),
    line("🎟️", "ticket", "billett", "biljett", "billet"),
    line("🎵", "music", "musikk", "musik", "musik"),
  ],
  food: [
    line("☕", "coffee", "kaffe", "kaffe", "kaffe"),
    line("🍰", "cake", "kakestykke", "tårtbit", "kagestykke"),
    line("🍕", "pizza", "pizza", "pizza", "pizza"),
    line("🍔", "burger", "hamburger", "hamburgare", "burger"),
    line("🍣", "sushi", "sushi", "sushi", "sushi"),
    line("🥗", "salad", "salat", "sallad", "salat"),
    line("🍎", "apple", "eple", "äpple", "æble"),
    line("🍓", "strawberry", "jordbær", "jordgubbe", "jordbær"),
    line("🍷", "wine", "vin", "vin", "vin"),
    line("🍺", "beer", "øl", "öl", "øl"),
    line("🥂", "cheers", "skål", "skål", "skål"),
    line("🍽️", "dinner", "middag", "middag", "middag"),
  ],
  nature: [
    line("☀️", "sun", "sol", "sol", "sol"),
    line("🌙", "moon", "måne", "måne", "måne"),
    line("⭐", "star", "stjerne", "stjärna", "stjerne"),
    line("🌈", "rainbow", "regnbue", "regnbåge", "regnbue"),
    line("❄️", "snow", "snø", "snö", "sne"),
    line("🌧️", "rain", "regn", "regn", "regn"),
    line("🔥", "fire", "ild", "eld", "ild"),
    line("🌸", "blossom", "blomst", "blomma", "blomst"),
    line("💐", "bouquet", "bukett", "bukett", "buket"),
    line("🌿", "herb", "urter", "ört", "urter"),
    line("🍀", "four-leaf clover", "firkløver", "fyrklöver", "firkløver"),
    line("🐶", "dog", "hund", "hund", "hund"),
    line("🐱", "cat", "katt", "katt", "kat"),
  ],
  travel: [
    line("📍", "place", "sted", "plats", "sted"),
    line("🚗", "car", "bil", "bil", "bil"),
    line("🚌", "bus", "buss", "buss", "bus"),
    line("🚆", "train", "tog", "tåg", "tog"),
    line("✈️", "plane", "fly", "flygplan", "fly"),
    line("🚲", "bicycle", "sykkel", "cykel", "cykel"),
    line("🏠", "home", "hjem", "hem", "hjem"),
    line("🏥", "hospital", "sykehus", "sjukhus", "hospital"),
    line("🏖️", "beach", "strand", "strand", "strand"),
    line("🅿️", "parking", "parkering", "parkering", "parkering"),
  ],
  objects: [
    line("📅", "calendar", "kalender", "kalender", "kalender"),
    line("⏰", "alarm clock", "vekkerklokke", "väckarklocka", "vækkeur"),
    line("⏳", "hourglass", "timeglass", "timglas", "timeglas"),
    line("📞", "phone", "telefon", "telefon", "telefon"),
    line("📱", "mobile", "mobil", "mobil", "mobil"),
    line("📧", "e-mail", "e-post", "e-post", "e-mail"),
    line("📦", "parcel", "pakke", "paket", "pakke"),
    line("🛒", "shopping cart", "handlevogn", "kundvagn", "indkøbsvogn"),
    line("🛍️", "shopping bags", "handleposer", "kassar", "indkøbsposer"),
    line("💳", "card", "kort", "kort", "kort"),
    line("💰", "money", "penger", "pengar", "penge"),
    line("🔑", "key", "nøkkel", "nyckel", "nøgle"),
    line("💇", "haircut", "hårklipp", "klippning", "klipning"),
    line("💅", "nails", "negler", "naglar", "negle"),
    line("🦷", "tooth", "tann", "tand", "tand"),
    line("💉", "vaccine", "vaksine", "vaccin", "vaccine"),
    line("📣", "megaphone", "megafon", "megafon", "megafon"),
    line("📸", "camera", "kamera", "kamera", "kamera"),
  ],
  signs: [
    line("✅", "done", "ferdig", "klart", "færdig"),
    line("❌", "cross", "kryss", "kryss", "kryds"),
    line("❗", "exclamation", "utropstegn", "utropstecken", "udråbstegn"),
    line("❓", "question", "spørsmål", "fråga", "spørgsmål"),
    line("⚠️", "warning", "advarsel", "varning", "advarsel"),
    line("ℹ️", "information", "informasjon", "information", "information"),
    line("✨", "sparkles", "glitter", "glitter", "glimmer"),
    line("💯", "hundred", "hundre", "hundra", "hundrede"),
    line("🔔", "bell", "bjelle", "klocka", "klokke"),
    line("🆕", "new", "ny", "ny", "ny"),
    line("🆓", "free", "gratis", "gratis", "gratis"),
    line("➡️", "right arrow", "pil mot høyre", "högerpil", "pil til højre"),
    line("🔗", "link", "lenke", "länk", "link"),
  ],
};

/** The emoji whose name in the reader's language or in English has a word beginning with the query, by category. */
export function findEmoji(query: string, language: Language): { category: EmojiCategory; found: readonly Emoji[] }[] {
  const wanted = query.trim().toLocaleLowerCase(language);
  return (Object.keys(emoji) as EmojiCategory[]).flatMap((category) => {
    const found = emoji[category].filter(
      (one) =>
        wanted === "" || one.character === wanted || [one.names[language], one.names.en].some(hasWordStarting(wanted)),
    );
    return found.length > 0 ? [{ category, found }] : [];
  });
}

const hasWordStarting = (start: string) => (name: string) =>
  ` ${name.toLowerCase()}`.replaceAll("-", " ").includes(` ${start}`);
