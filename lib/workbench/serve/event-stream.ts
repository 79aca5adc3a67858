/**
 * Server-sent events, one for each text that comes: `data: ` and one line. What `source` throws in the middle becomes a
 * last event, which `describe` writes. `onEnd` is called once: at the end, or where the client goes away before.
 */
export function eventStream(
  source: AsyncGenerator<string, void, undefined>,
  describe: (error: unknown) => string,
  onEnd: () => void,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const put = (text: string): void => controller.enqueue(encoder.encode(`data: ${text}\n\n`));
      try {
        const { done, value } = await source.next();
        if (!done) return put(value);
      } catch (error) {
        put(describe(error));
      }
      controller.close();
      onEnd();
    },
    async cancel() {
      onEnd();
      await source.return();
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}
