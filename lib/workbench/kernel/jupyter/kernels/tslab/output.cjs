// @ts-nocheck tslab's internals, which this mends, have no types
// Output that is never lost. zeromq.js rejects a send while about 512 others wait, and tslab sends every write at once
// and ignores the rejection, so most of a long loop's output vanished. Here sends queue, and writes are joined.
"use strict";

/** Stands in for the publishing socket: sends one message after the other, in order, however many wait. */
class OrderedSocket {
  #socket;
  #tail = Promise.resolve();

  constructor(socket) {
    socket.sendHighWaterMark = 0; // no limit in zeromq itself either, whose publisher drops beyond it
    this.#socket = socket;
  }

  send(message) {
    this.#tail = this.#tail.then(() => this.#socket.send(message)).catch(() => {}); // closed: nobody listens
    return this.#tail;
  }

  /** Resolves when all that was sent before has left. */
  close() {
    return this.#tail.then(() => this.#socket.close());
  }
}

/** Joins the small writes of console.log to a few messages; what is shown and in what order stays the same. */
class StreamBuffer {
  #send;
  #parts = []; // [stream name, texts]
  #timer = null;

  /** `send(name, text)` publishes; `name` is "stdout" or "stderr". */
  constructor(send) {
    this.#send = send;
  }

  write(name, text) {
    const last = this.#parts.at(-1);
    if (last?.[0] === name) last[1].push(text);
    else this.#parts.push([name, [text]]);
    this.#timer ??= setTimeout(() => this.flush(), 50);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const parts = this.#parts;
    this.#parts = [];
    for (const [name, texts] of parts) this.#send(name, texts.join(""));
  }
}

/** A replacement of `process.stdout.write` that hands text to `write` and honours encodings and callbacks. */
function writer(write) {
  const decoder = new TextDecoder(); // keeps a character that two chunks share
  return (chunk, encoding, callback) => {
    write(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    const done = typeof encoding === "function" ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  };
}

module.exports = { OrderedSocket, StreamBuffer, writer };
