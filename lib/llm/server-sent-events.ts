/** The `data` of each event of a `text/event-stream`, whose lines may be cut anywhere. */
export async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  const take = (line: string): string | null => {
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    if (line !== "" || data.length === 0) return null;
    const event = data.join("\n");
    data = [];
    return event;
  };
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = take(line);
      if (event !== null) yield event;
    }
  }
  for (const line of [rest, ""]) {
    const event = take(line);
    if (event !== null) yield event;
  }
}
