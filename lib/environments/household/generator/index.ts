/** Households of our own and variations of published ones, as unlimited sources of games. */
export { createHouseholdGenerator, type GameSource, type GeneratorOptions } from "./generator.ts";
export { goalSentence, TEMPLATES } from "./goals.ts";
export { createHomes, homeIn, type Home, type HomeOptions, type HomesOptions } from "./homes.ts";
export type { GeneratedSplit } from "./layout.ts";
export { createVariedSource, varyGame, VARY_DEFAULTS, type VariedSourceOptions, type VaryOptions } from "./vary.ts";
export { ourVocabulary, VOCABULARY_FILE, type Vocabulary } from "./vocabulary.ts";
