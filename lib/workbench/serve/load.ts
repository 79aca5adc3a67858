/** Requests that are sent so many at a time, to any server with OpenAI's API. */
export interface Load {
  /** With `/v1`. */
  readonly url: string;
  readonly model: string;
  /** Bodies of chat requests without `model`. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  readonly concurrent: number;
}

export interface LoadResult {
  readonly texts: readonly string[];
  readonly seconds: number;
  /** As the server says. */
  readonly generatedTokens: number;
  /** From request to answer. */
  readonly medianMs: number;
}

/** Sends all requests, `concurrent` at a time; an answer that is none ends it with an error. */
export async function sendLoad({ url, model, requests, concurrent }: Load): Promise<LoadResult> {
  const texts = new Array<string>(requests.length).fill("");
  const times: number[] = [];
  let next = 0;
  let generatedTokens = 0;
  const lane = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next++;
      const began = performance.now();
      const response = await fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model, ...requests[index] }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
      const { choices, usage } = JSON.parse(text) as {
        choices: { message: { content: string } }[];
        usage: { completion_tokens: number };
      };
      texts[index] = choices[0].message.content;
      generatedTokens += usage.completion_tokens;
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrent }, lane));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return { texts, seconds, generatedTokens, medianMs: times[times.length >> 1] };
}
