/**
 * Where North American numbers are from: the state or province of each area code and its time zones.
 *
 * Source: the assignments of the North American Numbering Plan Administrator (https://nationalnanpa.com), compared with the geographic
 * and time zone data of libphonenumber in 2026. A mobile keeps its code when its owner moves, so that quiet hours also ask the
 * contact's own zone and address.
 */

/** A place in North America by area code. */
export interface NorthAmericanArea {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The state or province, as in ISO 3166-2 without the country. */
  state: string;
  /** All zones that the area code has; several where a border of zones runs through it. */
  zones: readonly string[];
}

const eastern = "America/New_York";
const central = "America/Chicago";
const mountain = "America/Denver";
const pacific = "America/Los_Angeles";

/** State, its zones, its area codes. */
const states: readonly [state: string, zones: readonly string[], codes: string][] = [
  ["AL", [central], "205 251 256 334 659 938"],
  ["AK", ["America/Anchorage"], "907"],
  ["AZ", ["America/Phoenix"], "480 520 602 623 928"],
  ["AR", [central], "327 479 501 870"],
  [
    "CA",
    [pacific],
    "209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951",
  ],
  ["CO", [mountain], "303 719 720 748 970 983"],
  ["CT", [eastern], "203 475 860 959"],
  ["DC", [eastern], "202 771"],
  ["DE", [eastern], "302"],
  ["FL", [eastern], "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954"],
  ["GA", [eastern], "229 404 470 478 678 706 762 770 912 943"],
  ["HI", ["Pacific/Honolulu"], "808"],
  ["IA", [central], "319 515 563 641 712"],
  ["ID", ["America/Boise", pacific], "208 986"],
  ["IL", [central], "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872"],
  ["IN", ["America/Indiana/Indianapolis"], "219 260 317 463 574 765 812 930"],
  ["KS", [central], "316 620 785 913"],
  ["KY", [eastern], "270 364 502 606 859"],
  ["LA", [central], "225 318 337 457 504 985"],
  ["MA", [eastern], "339 351 413 508 617 774 781 857 978"],
  ["MD", [eastern], "227 240 301 410 443 667"],
  ["ME", [eastern], "207"],
  ["MI", ["America/Detroit"], "231 248 269 313 517 586 616 679 734 810 906 947 989"],
  ["MN", [central], "218 320 507 612 651 763 924 952"],
  ["MO", [central], "235 314 417 557 573 636 660 816 975"],
  ["MS", [central], "228 471 601 662 769"],
  ["MT", [mountain], "406"],
  ["NC", [eastern], "252 336 472 704 743 828 910 919 980 984"],
  ["ND", [central, mountain], "701"],
  ["NE", [central], "308 402 531"],
  ["NH", [eastern], "603"],
  ["NJ", [eastern], "201 551 609 640 732 848 856 862 908 973"],
  ["NM", [mountain], "505 575"],
  ["NV", [pacific], "702 725 775"],
  ["NY", [eastern], "212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934"],
  ["OH", [eastern], "216 220 234 283 326 330 380 419 436 440 513 567 614 740 937"],
  ["OK", [central], "405 539 572 580 918"],
  ["OR", [pacific], "458 503 541 971"],
  ["PA", [eastern], "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878"],
  ["RI", [eastern], "401"],
  ["SC", [eastern], "803 821 839 843 854 864"],
  ["SD", [central, mountain], "605"],
  ["TN", [central], "423 615 629 729 731 865 901 931"],
  [
    "TX",
    [central],
    "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979",
  ],
  ["UT", [mountain], "385 435 801"],
  ["VA", [eastern], "276 434 540 571 686 703 757 804 826 948"],
  ["VT", [eastern], "802"],
  ["WA", [pacific], "206 253 360 425 509 564"],
  ["WI", [central], "262 274 353 414 534 608 715 920"],
  ["WV", [eastern], "304 681"],
  ["WY", [mountain], "307"],
];

const provinces: typeof states = [
  ["AB", ["America/Edmonton"], "368 403 587 780 825"],
  ["BC", ["America/Vancouver"], "236 250 257 604 672 778"],
  ["MB", ["America/Winnipeg"], "204 431 584"],
  ["NB", ["America/Moncton"], "428 506"],
  ["NL", ["America/St_Johns"], "709 879"],
  ["NS", ["America/Halifax"], "782 902"],
  ["ON", ["America/Toronto"], "226 249 289 343 365 382 387 416 437 519 548 613 647 683 705 742 753 807 905 942"],
  ["QC", ["America/Toronto"], "263 354 367 418 438 450 468 514 579 581 819 873"],
  ["SK", ["America/Regina"], "306 474 639"],
  ["YT", ["America/Whitehorse", "America/Yellowknife", "America/Iqaluit"], "867"],
];

/** Countries and territories with codes of their own. */
const islands: readonly [country: string, zone: string, codes: string][] = [
  ["AG", "America/Antigua", "268"],
  ["AI", "America/Anguilla", "264"],
  ["AS", "Pacific/Pago_Pago", "684"],
  ["BB", "America/Barbados", "246"],
  ["BM", "Atlantic/Bermuda", "441"],
  ["BS", "America/Nassau", "242"],
  ["DM", "America/Dominica", "767"],
  ["DO", "America/Santo_Domingo", "809 829 849"],
  ["GD", "America/Grenada", "473"],
  ["GU", "Pacific/Guam", "671"],
  ["JM", "America/Jamaica", "658 876"],
  ["KN", "America/St_Kitts", "869"],
  ["KY", "America/Cayman", "345"],
  ["LC", "America/St_Lucia", "758"],
  ["MP", "Pacific/Saipan", "670"],
  ["MS", "America/Montserrat", "664"],
  ["PR", "America/Puerto_Rico", "787 939"],
  ["SX", "America/Lower_Princes", "721"],
  ["TC", "America/Grand_Turk", "649"],
  ["TT", "America/Port_of_Spain", "868"],
  ["VC", "America/St_Vincent", "784"],
  ["VG", "America/Tortola", "284"],
  ["VI", "America/St_Thomas", "340"],
];

/** Area codes with other zones than their state. */
const otherZones: Readonly<Record<string, readonly string[]>> = {
  // Adak and the western Aleutians are an hour behind.
  907: ["America/Anchorage", "America/Adak"],
  // The Navajo Nation has summer time, Arizona has none.
  928: ["America/Phoenix", mountain],
  850: [eastern, central],
  448: [eastern, central],
  219: [central, "America/Indiana/Knox"],
  574: ["America/Indiana/Indianapolis", "America/Indiana/Knox"],
  812: ["America/Indiana/Indianapolis", "America/Indiana/Tell_City"],
  930: ["America/Indiana/Indianapolis", "America/Indiana/Tell_City"],
  620: [central, mountain],
  785: [central, mountain],
  270: [central, eastern],
  364: [central, eastern],
  606: [eastern, central],
  906: ["America/Detroit", "America/Menominee"],
  308: [central, mountain],
  775: [pacific, mountain],
  458: [pacific, "America/Boise"],
  541: [pacific, "America/Boise"],
  423: [eastern, central],
  865: [eastern],
  931: [central, eastern],
  915: [mountain],
  432: [central, mountain],
  236: ["America/Vancouver", "America/Edmonton"],
  250: ["America/Vancouver", "America/Edmonton"],
  257: ["America/Vancouver", "America/Edmonton"],
  672: ["America/Vancouver", "America/Edmonton"],
  778: ["America/Vancouver", "America/Edmonton"],
  306: ["America/Regina", "America/Edmonton"],
  474: ["America/Regina", "America/Edmonton"],
  639: ["America/Regina", "America/Edmonton"],
  709: ["America/St_Johns", "America/Goose_Bay"],
  879: ["America/St_Johns", "America/Goose_Bay"],
  807: ["America/Toronto", "America/Winnipeg"],
  418: ["America/Toronto", "America/Halifax"],
  367: ["America/Toronto", "America/Halifax"],
  581: ["America/Toronto", "America/Halifax"],
};

const areas = new Map<string, NorthAmericanArea>();
for (const [country, rows] of [["US", states] as const, ["CA", provinces] as const]) {
  for (const [state, zones, codes] of rows)
    for (const code of codes.split(" ")) areas.set(code, { country, state, zones: otherZones[code] ?? zones });
}
for (const [country, zone, codes] of islands)
  for (const code of codes.split(" ")) areas.set(code, { country, state: "", zones: [zone] });

/** The place of an area code of three digits; undefined for one that is not geographic or not known. */
export const northAmericanArea = (code: string): NorthAmericanArea | undefined => areas.get(code);

/** All area codes. */
export const northAmericanCodes = (): IterableIterator<string> => areas.keys();

/** The zones of a whole state of the United States, for addresses; none for a word that is no state. */
export function zonesOfState(state: string): readonly string[] {
  const row = states.find(([code]) => code === state);
  if (!row) return [];
  return [...new Set(row[2].split(" ").flatMap((code) => areas.get(code)?.zones ?? []))];
}

const stateNames: Readonly<Record<string, string>> = {
  alabama: "AL",
  alaska: "AK",
  arizona: "AZ",
  arkansas: "AR",
  california: "CA",
  colorado: "CO",
  connecticut: "CT",
  delaware: "DE",
  "district of columbia": "DC",
  florida: "FL",
  georgia: "GA",
  hawaii: "HI",
  idaho: "ID",
  illinois: "IL",
  indiana: "IN",
  iowa: "IA",
  kansas: "KS",
  kentucky: "KY",
  louisiana: "LA",
  maine: "ME",
  maryland: "MD",
  massachusetts: "MA",
  michigan: "MI",
  minnesota: "MN",
  mississippi: "MS",
  missouri: "MO",
  montana: "MT",
  nebraska: "NE",
  nevada: "NV",
  "new hampshire": "NH",
  "new jersey": "NJ",
  "new mexico": "NM",
  "new york": "NY",
  "north carolina": "NC",
  "north dakota": "ND",
  ohio: "OH",
  oklahoma: "OK",
  oregon: "OR",
  pennsylvania: "PA",
  "rhode island": "RI",
  "south carolina": "SC",
  "south dakota": "SD",
  tennessee: "TN",
  texas: "TX",
  utah: "UT",
  vermont: "VT",
  virginia: "VA",
  washington: "WA",
  "west virginia": "WV",
  wisconsin: "WI",
  wyoming: "WY",
};

/** The state of the United States that a word of an address names, in full or by its two letters, with or without "US-"; null for none. */
export function readState(word: string): string | null {
  const given = word.trim().toLowerCase().replace(/^us-/, "");
  const code = given.length === 2 ? given.toUpperCase() : (stateNames[given] ?? null);
  return code !== null && states.some(([state]) => state === code) ? code : null;
}

/** The states by their two letters, with their English names. */
export const namesOfStates: ReadonlyMap<string, string> = new Map(
  Object.entries(stateNames).map(([name, code]) => [
    code,
    name.replace(/\b(?!of\b)[a-z]/g, (first) => first.toUpperCase()),
  ]),
);

/** Whether two letters are a state of the United States. */
export const isState = (code: string): boolean => states.some(([state]) => state === code);
