/** The four kinds of rooms in ALFRED's scenes. */
export const ROOM_KINDS = ["kitchen", "bedroom", "livingroom", "bathroom"] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

/** The kind of a room, told from the types of its receptacles alone, as anybody who reads the first observation can. */
export function roomKind(types: Iterable<string>): RoomKind {
  const present = new Set(types);
  if (present.has("microwave") || present.has("stoveburner")) return "kitchen";
  if (present.has("toilet") || present.has("bathtubbasin")) return "bathroom";
  return present.has("bed") ? "bedroom" : "livingroom";
}
