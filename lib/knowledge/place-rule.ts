/** Receptacles that things lie in; on all others they lie on. */
const IN = new Set(
  "bathtubbasin box cabinet cart drawer fridge garbagecan laundryhamper microwave safe sinkbasin".split(" "),
);

/** What a place rule says: where in a household objects of a type are found. */
export interface Places {
  /** A type of objects. */
  readonly object: string;
  /** One or two receptacles, the best first: types ("drawer") or single ones ("drawer 4"). */
  readonly receptacles: readonly string[];
}

const TYPE = /^[a-z]+$/;
const PLACE = /^[a-z]+(?: (?:0|[1-9]\d*))?$/;

/**
 * The rule that sends an agent to one or two places: "When the agent needs a pencil, the agent should look in a drawer or
 * on bed 1 first." `readPlaceRule` is the inverse.
 */
export function placeRule({ object, receptacles }: Places): string {
  const bad = TYPE.test(object) ? receptacles.find((place) => !PLACE.test(place)) : object;
  if (bad !== undefined)
    throw new RangeError(`${JSON.stringify(bad)}: a type ("drawer") or a name ("drawer 4") is expected`);
  if (receptacles.length < 1 || receptacles.length > 2 || receptacles[0] === receptacles[1])
    throw new RangeError(`${receptacles.join(", ") || "no receptacles"}: one or two are expected`);
  return `When the agent needs ${withArticle(object)}, the agent should look ${receptacles.map(where).join(" or ")} first.`;
}

/** What a place rule says; null for any other text. */
export function readPlaceRule(text: string): Places | null {
  const match = PLACE_RULE.exec(text);
  if (!match) return null;
  const [, object, ...receptacles] = match.filter((part) => part !== undefined);
  if (receptacles[0] === receptacles[1]) return null;
  const places = { object, receptacles };
  return placeRule(places) === text ? places : null;
}

const PLACE_RULE =
  /^When the agent needs an? ([a-z]+), the agent should look (?:in|on) (?:an? )?([a-z]+(?: (?:0|[1-9]\d*))?)(?: or (?:in|on) (?:an? )?([a-z]+(?: (?:0|[1-9]\d*))?))? first\.$/;

function where(place: string): string {
  const [type, number] = place.split(" ");
  return `${IN.has(type) ? "in" : "on"} ${number === undefined ? withArticle(type) : place}`;
}

const withArticle = (type: string): string => `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
