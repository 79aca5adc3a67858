/**
 * The colour words that WebShop looks for in an option, in its order (`web_agent_site/engine/normalize.py`, MIT licence):
 * the first that is contained stands for the whole option, so that "dark grey" counts as "dark", and "red" hides in "powdered".
 */
const COLOURS = (
  "alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy camel camo caramel " +
  "champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral cranberry cream crystal dark denim " +
  "eggplant elephant espresso fuchsia gold granite grape graphite grass gray green grey heather indigo ivory ivy khaki " +
  "lavender lemon leopard light lilac lime magenta maroon mauve merlot midnight mint mocha multicolor mushroom mustard " +
  "natural navy nude olive orange peach pewter pink plum purple rainbow red rose royal rust sand sapphire seashell silver " +
  "skull slate steel stone stonewash sunflower tan taupe teal tiger turquoise violet walnut wheat white wine yellow"
).split(" ");

const COLOUR_SET = new Set(COLOURS);

/** The first colour word contained in the option, else the option itself. */
export function normalizeColour(option: string): string {
  return COLOURS.find((colour) => option.includes(colour)) ?? option;
}

/**
 * What WebShop compares for an option that a goal states by name and value. It hands the pair, not the value, to its colour
 * rule, which then asks whether a colour equals name or value; whatever else is compared by all words of the pair.
 */
export function normalizeNamedOption(name: string, value: string): string {
  const colours = [name, value].filter((part) => COLOUR_SET.has(part));
  if (colours.length === 0) return `${name} ${value}`;
  return COLOURS.find((colour) => colours.includes(colour))!;
}
