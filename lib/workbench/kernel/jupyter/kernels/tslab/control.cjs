// @ts-nocheck tslab's internals, which this mends, have no types
// The control channel (interrupt, shutdown) on a thread of its own: a cell that never yields, such as `while (true)`,
// keeps the main thread from reading any message or signal. This file is both the main thread's side and the thread.
"use strict";
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

/** How long the main thread may be busy (a long native training step) before an interrupt ends its code by force. */
const PATIENCE_MILLISECONDS = 5000;

/**
 * Binds the control channel at `address`. `onInterrupt()` is called for interrupts (to which Jupyter awaits no
 * answer), `onStopped()` after running code was ended by force, `onMessage(frames, reply)` for every other message.
 * Resolves when bound; `close()` ends the thread and with it the process (zeromq aborts a process that exits while
 * another thread still holds a socket).
 */
function startControl({ zeromq, address, onMessage, onInterrupt, onStopped }) {
  const worker = new Worker(__filename, { workerData: { zeromq, address } });
  const close = () => worker.postMessage({ close: true });
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", () => process.exit(0));
    worker.on("message", ({ bound, interrupt, stopped, frames }) => {
      if (bound) return resolve({ close });
      worker.postMessage({ alive: true });
      if (interrupt) return onInterrupt();
      if (stopped) return onStopped();
      onMessage(
        frames.map((frame) => Buffer.from(frame)),
        { send: (reply) => worker.postMessage({ reply }) },
      );
    });
  });
}

async function controlThread({ zeromq, address }) {
  const { Router } = require(zeromq);
  const socket = new Router();
  let waiting = null; // timer of an interrupt that the main thread has not taken up yet
  parentPort.on("message", ({ alive, close, reply }) => {
    if (close) {
      socket.close();
      parentPort.close();
    }
    if (reply) return socket.send(reply).catch(() => {});
    if (alive) waiting = void clearTimeout(waiting);
  });
  await socket.bind(address);
  parentPort.postMessage({ bound: true });
  for await (const frames of socket) {
    if (!frames.some((frame) => frame.toString().includes('"interrupt_request"'))) {
      parentPort.postMessage({ frames });
      continue;
    }
    parentPort.postMessage({ interrupt: true });
    const patience = waiting ? 0 : PATIENCE_MILLISECONDS; // asked again: at once
    clearTimeout(waiting);
    waiting = setTimeout(() => stopMainThread(() => parentPort.postMessage({ stopped: true })), patience);
  }
}

/** Ends the JavaScript that the main thread runs now, as a debugger's stop button does; the process lives on. */
function stopMainThread(done) {
  const { Session } = require("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => {
    session.disconnect();
    done();
  });
}

if (isMainThread) module.exports = { startControl };
else controlThread(workerData);
