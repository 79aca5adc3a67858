/** JSON as Python's `json.dumps` writes it by default: a blank after each comma and colon, ASCII only. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return asciiOnly(JSON.stringify(value));
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${pythonJson(name)}: ${pythonJson(field)}`).join(", ")}}`;
}

const asciiOnly = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
