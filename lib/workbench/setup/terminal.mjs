/** Step lines in the terminal: one line a step, with a tick and its time, and a percentage while it works. */

/** Seconds between progress lines where the output is not a terminal (a CI log). */
const quietSeconds = 15;

/**
 * Runs one step under its line.
 * @param {string} title
 * @param {(onProgress: import("./context.mjs").OnProgress) => Promise<string | void>} work may return a note for the line
 * @param {NodeJS.WriteStream} [stream]
 */
export async function stepLine(title, work, stream = process.stdout) {
  const started = Date.now();
  let lastLine = started;
  /** @param {string} text */
  const show = (text) => {
    if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
  };
  show(`… ${title}`);
  try {
    const note = await work((progress) => {
      const text = `… ${title}  ${typeof progress === "string" ? progress : `${Math.floor(progress * 100)} %`}`;
      show(text);
      if (!stream.isTTY && Date.now() - lastLine > quietSeconds * 1000) {
        lastLine = Date.now();
        stream.write(`${text}\n`);
      }
    });
    show("");
    stream.write(`✓ ${title}${note ? `: ${note}` : ""}  ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    show("");
    stream.write(`✗ ${title}  ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    throw error;
  }
}
