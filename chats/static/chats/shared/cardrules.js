/** Tables of the card rule: issuers and the words around a number. The same as in lib/pci; a test compares them. */

export const ISSUERS = [
  ["Visa", [[4000, 4999]], [13, 16, 19]],
  ["Mastercard", [[5100, 5599], [2221, 2720]], [16]],
  ["American Express", [[3400, 3499], [3700, 3799]], [15]],
  ["Discover", [[6011, 6011], [6440, 6599]], [16, 17, 18, 19]],
  ["Diners Club", [[3000, 3059], [3095, 3095], [3600, 3699], [3800, 3999]], [14, 16, 19]],
  ["JCB", [[3528, 3589]], [16, 17, 18, 19]],
  ["JCB, 15 digits", [[1800, 1800], [2131, 2131]], [15]],
  ["UnionPay", [[6200, 6299], [8100, 8171]], [16, 17, 18, 19]],
  ["Maestro", [[5018, 5018], [5020, 5020], [5038, 5038], [5893, 5893], [6304, 6304], [6759, 6759], [6761, 6763]], [12, 13, 14, 15, 16, 17, 18, 19]],
  ["Maestro, wide range", [[5000, 5099], [5600, 5899], [6000, 6999]], [16, 18, 19]],
  ["Bancontact", [[6703, 6703]], [16, 17, 18, 19]],
  ["RuPay", [[6000, 6099], [6500, 6599], [8100, 8299], [5080, 5089], [3530, 3539], [3560, 3569]], [16]],
  ["Mir", [[2200, 2205]], [16, 17, 18, 19]],
  ["Elo", [[4011, 4011], [4389, 4389], [4514, 4514], [5041, 5041], [5066, 5067], [5090, 5099]], [16]],
  ["Elo, 6 range", [[6277, 6277], [6362, 6363], [6500, 6500], [6504, 6505], [6507, 6507]], [16]],
  ["Troy", [[9792, 9792], [6500, 6599]], [16]],
  ["Uzcard, Humo, Prostir", [[8600, 8600], [9860, 9860], [9804, 9804]], [16]],
  ["NAPAS", [[9704, 9704]], [16, 19]],
  ["GPN", [[1946, 1946]], [16]],
  ["UATP", [[1000, 1999]], [15]],
];

export const PRINTED = [
  [4, 3, 3, 3], [4, 4, 4, 5], [4, 4, 4, 6], [4, 4, 4, 7], [4, 4, 5], [4, 5, 6], [4, 6, 4], [4, 6, 5], [6, 13], [8, 8],
];

export const PARTS = String.raw`\S\s|\s\S|[()$€£₹¥]`;

export const CARD_WORD = [
  String.raw`(?=[acdegjkmruv])(?:\bcc\b|\bcard|card\b|cards\b|card ?n(?:o|r|um)|credit|debit|\bvisa\b|master ?card|\bamex\b`,
  String.raw`|american express|maestro|diners|discover card|\bjcb\b|union ?pay|rupay|\bkarte\b|karten|karte\b`,
  String.raw`|girocard|\bec\b)`,
].join("");

export const NO_PAYMENT_CARD = [
  String.raw`(?=[a-v])(?:(?:gift|loyalty|sim|library|insurance|id|identity|business|report|graphics?|video|sound|memory`,
  String.raw`|sd|member(?:ship)?|boarding|bonus|reward|punch|score|time|key|access)[ -]?cards?|(?:geschenk`,
  String.raw`|gutschein|kunden|sim|gesundheits?|versicherten|versicherungs|ausweis|speicher|grafik|visiten`,
  String.raw`|post|land|spiel|fahr|bahn|eintritts|speise|bonus|mitglieds|treue|chip|stech`,
  String.raw`|sd)-?karten?(?:nummer|-?nr)?|postcard|discard|cardboard|cardio|credit (?:note|score|limit)`,
  String.raw`|visa (?:application|appointment|office))`,
].join("");

export const LABEL_OF_OTHER = [
  String.raw`(?:\b(?:imei(?:sv)?|iccid|sscc|tracking|waybill|awb|sendungsverfolgung|timestamp|zeitstempel`,
  String.raw`|uuid|guid|vin)(?:[ -]?(?:number|numbers|numb|num|no|nr|nummer|id|code|ref|#)\b\.?|[ -]?#`,
  String.raw`|s?-?nummer|s?-?nr\b\.?|-?id\b)?|(?:\b(?:order|parcel|package|shipment|shipping|consignment`,
  String.raw`|delivery|invoice|bill|receipt|ticket|case|claim|customer|client|member|membership|booking`,
  String.raw`|reservation|confirmation|reference|ref|serial|device|transaction|contract|policy|product|item`,
  String.raw`|article|part|model|request|job|voucher|coupon|meter|tax|vat|registration|license|licence`,
  String.raw`|gift[ -]?card|loyalty[ -]?card|sim[ -]?card|library[ -]?card|member(?:ship)?[ -]?card)`,
  String.raw`|\b(?:bestell|auftrags?|sendungs?|paket|liefer(?:schein)?|rechnungs?|beleg|ticket|fall|schadens?`,
  String.raw`|kunden|mitglieds?|buchungs?|reservierungs?|vorgangs?|referenz|serien|geräte|transaktions?`,
  String.raw`|vertrags?|policen?|versicherungs?|artikel|produkt|teile|gutschein|zähler|steuer|ust|zulassungs?`,
  String.raw`|geschenkkarten?|kundenkarten?|sim-?karten?|versichertenkarten?|bahncard))(?:[ -]?(?:number`,
  String.raw`|numbers|numb|num|no|nr|nummer|id|code|ref|#)\b\.?|[ -]?#|s?-?nummer|s?-?nr\b\.?`,
  String.raw`|-?id\b))(?:[\s:=#\"'(*\[-]|\bis\b|\bwas\b|\bare\b|\bist\b|\blautet\b|\bwar\b|\bof\b|\bthe\b`,
  String.raw`|\bder\b|\bdie\b|\bvon\b)*$`,
].join("");

export const LABEL_OF_SHORT = [
  String.raw`\b(?:isbn(?:-?1[03])?|issn|ean(?:-?13)?|gtin|upc|asin|duns|gln|tel|phone|telephone|mobile|cell`,
  String.raw`|fax|whatsapp|call me (?:at|on)|telefon|handy|mobil)\.?(?:[ -]?(?:number|numbers|numb|num|no|nr`,
  String.raw`|nummer|id|code|ref|#)\b\.?|[ -]?#|s?-?nummer|s?-?nr\b\.?|-?id\b)?(?:[\s:=#\"'(*\[-]|\bis\b`,
  String.raw`|\bwas\b|\bare\b|\bist\b|\blautet\b|\bwar\b|\bof\b|\bthe\b|\bder\b|\bdie\b|\bvon\b)*$`,
].join("");

export const OTHER_TOKEN = [
  String.raw`(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d|(?:0?[1-9]`,
  String.raw`|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d`,
  String.raw`|3[01])|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?|[€$£₹¥]\d+(?:[.,]\d+)*`,
  String.raw`|\d+(?:[.,]\d+)*[€$£₹¥]|\d{1,3}(?:,\d{3})+\.\d\d|\d{1,3}(?:\.\d{3})+,\d\d|(?:25[0-5]|2[0-4]\d`,
  String.raw`|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3})[.,;]?$`,
].join("");

export const IBAN_LENGTHS = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR:
  22, CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27,
  GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HN: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT:
  27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22,
  MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA:
  29, RO: 24, RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28,
  TL: 23, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20, YE: 30,
};

export const IBAN_OF_DIGITS =
  "AE AT BA BE CR CZ DE DK EE EG ES FI FO GL HR HU IL IS LT LY ME MN MR NO PL PT RS SD SE SI SK SO TL TN VA XK";
