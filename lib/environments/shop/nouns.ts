/*
 * WebShop takes the nouns and names of a title from spaCy's en_core_web_sm. This is a stand-in without a model: in a title
 * nearly every word that is no number, function word, common adjective or participle is tagged as a noun or name. It gives the
 * title scores that WebShop's own tests expect (0.86, 0.31, 0.17, 0). It differs where spaCy decides by context: adjectives
 * that are not listed count as nouns here, a listed one that spaCy takes for part of a name does not, and "2pcs" or "4k" never do.
 */

const FUNCTION_WORDS =
  "a an the and or nor but if of for with without in on at by to from as into onto over under up down off out per plus via " +
  "than then so not no yes all any each every both either more most much many some such only just also too very your you our " +
  "we us my me i it its is are be been was were has have had do does did can will this that these those who which what when " +
  "where while after before between during through within about above below around against inside outside his her their them " +
  "he she they one two three four five six seven eight nine ten dozen etc x";

const ADJECTIVES =
  "big small large medium little long short tall wide narrow thick thin deep high low heavy light lightweight soft hard firm " +
  "smooth rough strong slim loose tight flat round square new old good great best better fine nice perfect ideal easy simple " +
  "quick fast slow warm cool cold hot dry wet clean fresh pure natural organic real true free full empty safe clear bright dark " +
  "black white red green blue yellow brown grey gray pink purple beige navy rich sweet sour spicy salty crunchy creamy dense " +
  "compatible portable adjustable removable reusable washable rechargeable replaceable foldable inflatable durable breathable " +
  "comfortable stretchy elastic flexible waterproof stainless wooden vintage classic modern rustic casual formal sexy cute funny " +
  "elegant stylish fashionable unique different multiple extra mini double single universal electric wireless digital automatic " +
  "manual professional premium vegan dental herbal floral solid hollow seamless sleeveless wrinkle-free available suitable " +
  "personal daily annual young gentle powerful effective facial";

const VERBS =
  "fits fit use uses using make makes made keep keeps get gets give gives need needs come comes go goes includes include " +
  "removes remove protects protect helps help works enjoy buy listed approved printed";

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));
const NEVER = words(FUNCTION_WORDS);
const RARELY = words(`${ADJECTIVES} ${VERBS}`);
const NOUNS_IN_ED = words("bobsled hundred moped shred");
const NOUNS_IN_LY = words("belly jelly family fly lily butterfly supply assembly doily trolley italy dolly");

/** The nouns and names of a title in small letters, repetitions included. */
export function nounsOf(title: string): string[] {
  return tokens(title)
    .filter(isNoun)
    .map((token) => token.toLowerCase());
}

function isNoun(token: string): boolean {
  const small = token.toLowerCase();
  if (!/^\p{L}/u.test(token) || NEVER.has(small)) return false;
  // A word in capitals inside a title is an abbreviation or a brand, whatever it spells.
  if (token.length > 1 && token === token.toUpperCase()) return true;
  if (RARELY.has(small)) return false;
  if (small.length > 4 && /[^e]ed$/.test(small)) return NOUNS_IN_ED.has(small);
  if (small.length > 4 && small.endsWith("ly")) return NOUNS_IN_LY.has(small);
  return true;
}

/** Words as spaCy cuts them: punctuation around them goes, hyphens, slashes and commas between letters separate, "'s" goes. */
function tokens(title: string): string[] {
  return title
    .split(/\s+/)
    .flatMap((word) => word.split(/(?<=[\p{L}\p{N}])[-–—/,:+&|](?=\p{L})/u))
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "").replace(/['’]s$/i, ""))
    .filter((word) => word !== "");
}
