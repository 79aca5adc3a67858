// @ts-nocheck tslab's internals, which this mends, have no types
// The kernel: tslab's converter, executor and wire protocol, with our way of running a cell in between.
"use strict";
const { OrderedSocket, StreamBuffer, writer } = require("./output.cjs");
const { startControl } = require("./control.cjs");
const { CellFailure, compileError, runtimeError } = require("./errors.cjs");

/** After an interrupt, how long library code that listens to SIGINT may take to save its state. */
const CLEAN_UP_SECONDS = 60;
/** After a failed cell, cells that were already on their way are skipped, as in every Jupyter kernel. */
const SKIP_MILLISECONDS = 100;

function createKernel(fromTslab, compiler, connectionFile) {
  const { createConverter } = fromTslab("./converter.js");
  const { createExecutor } = fromTslab("./executor.js");
  const { JupyterHandlerImpl, ZmqServer } = fromTslab("./jupyter.js");
  const root = process.cwd();

  const reports = []; // what tslab reports about the running cell: [thrown value], or a diagnostic's printf arguments
  const node = createConverter({ isJS: false, isBrowser: false });
  const executor = createExecutor(
    root,
    { node, browser: node, close: () => node.close() },
    { log: (...values) => console.log(...values), error: (...values) => reports.push(values) },
  );

  class Handler extends JupyterHandlerImpl {
    #tail = Promise.resolve();
    #skipBefore = 0; // requests that arrived before this time are skipped
    #failRunning = null; // rejects the running cell
    #pending = null; // a failure that happened between cells: the next one reports it
    #cleanUp = null; // timer of an interrupt that library code is handling

    /** Cells run one after the other. Resolves to the content of the reply. */
    handleExecute(request, io) {
      const arrived = performance.now();
      const run = this.#tail.then(() =>
        arrived < this.#skipBefore ? { status: "aborted", execution_count: this.execCount } : this.#run(request, io),
      );
      this.#tail = run.then(
        () => {},
        () => {},
      );
      return run;
    }

    async #run(request, io) {
      const count = ++this.execCount;
      compiler.cell = count;
      io.publish("execute_input", { code: request.code, execution_count: count });
      const buffer = new StreamBuffer((name, text) => io.publish("stream", { name, text }));
      // Output that comes after the cell has ended still goes to it, as with other kernels.
      process.stdout.write = writer((text) => buffer.write("stdout", text));
      process.stderr.write = writer((text) => buffer.write("stderr", text));
      globalThis[Symbol.for("waymark.display")] = (content, update) => {
        buffer.flush(); // keeps the order of text and displays
        io.publish(update ? "update_display_data" : "display_data", { metadata: {}, transient: {}, ...content });
      };
      const failure = await this.#execute(request.code);
      buffer.flush();
      if (!failure) return { status: "ok", execution_count: count, payload: [], user_expressions: {} };
      io.publish("error", failure);
      if (request.stop_on_error !== false) this.#skipBefore = performance.now() + SKIP_MILLISECONDS;
      return { status: "error", execution_count: count, ...failure };
    }

    /** Runs one cell; null, or the failure as Jupyter's error content. */
    async #execute(code) {
      reports.length = 0;
      try {
        if (this.#pending) throw this.#pending.thrown;
        const outside = new Promise((_, reject) => (this.#failRunning = reject));
        const ok = await Promise.race([this.#complete(compiler.resolveImports(code).code), outside]);
        if (ok) return null;
        return reports[0]?.length === 1 ? runtimeError(reports[0][0], compiler, root) : compileError(reports, code);
      } catch (thrown) {
        return runtimeError(thrown, compiler, root);
      } finally {
        this.#failRunning = this.#pending = null;
        clearTimeout(this.#cleanUp);
        this.#cleanUp = null;
      }
    }

    async #complete(code) {
      await nextTurn(); // code that is ended by force takes its whole call stack with it, which must not be ours
      const ok = await executor.execute(code);
      await nextTurn(); // a rejection that nobody handles shows only now
      return ok;
    }

    /** Fails the running cell, or the next one where none runs. */
    fail(thrown) {
      if (this.#failRunning) this.#failRunning(thrown);
      else this.#pending = { thrown };
    }

    /**
     * Code that listens to SIGINT is given time to save its state and end by itself; a second interrupt, or a cell
     * without such code, ends at once.
     */
    interrupt() {
      const someoneListens = process.listenerCount("SIGINT") > 1; // more than our own `ignore`
      if (!this.#failRunning) return;
      if (!someoneListens || this.#cleanUp) return this.stop();
      this.#cleanUp = setTimeout(() => this.stop(), CLEAN_UP_SECONDS * 1000);
      process.emit("SIGINT");
    }

    stop() {
      this.#failRunning?.(new CellFailure("Interrupted", "stopped by the user"));
      // Node sets listeners aside while a script runs; code that was ended by force has not put ours back.
      if (!process.listeners("SIGINT").includes(ignore)) process.on("SIGINT", ignore);
    }

    handleInspect(request) {
      const { code, toNew } = compiler.resolveImports(request.code);
      return super.handleInspect({ ...request, code, cursor_pos: toNew(request.cursor_pos) });
    }

    handleComplete(request) {
      const { code, toNew, toOld } = compiler.resolveImports(request.code);
      const reply = super.handleComplete({ ...request, code, cursor_pos: toNew(request.cursor_pos) });
      return { ...reply, cursor_start: toOld(reply.cursor_start), cursor_end: toOld(reply.cursor_end) };
    }
  }

  class Server extends ZmqServer {
    async handleExecute(socket, message) {
      const publish = (type, content) => {
        const output = message.createReply();
        output.header.msg_type = type;
        output.content = content;
        output.signAndSend(this.connInfo.key, this.iopub);
      };
      const reply = message.createReply();
      reply.header.msg_type = "execute_reply";
      reply.content = await this.handler.handleExecute(message.content, { publish });
      reply.signAndSend(this.connInfo.key, socket);
    }

    async bindSocket(socket, port) {
      if (socket === this.iopub) this.iopub = new OrderedSocket(socket);
      if (socket !== this.control) return super.bindSocket(socket, port);
      this.control = await startControl({
        zeromq: fromTslab.resolve("zeromq"),
        address: `${this.connInfo.transport}://${this.connInfo.ip}:${port}`,
        onMessage: (frames, reply) => this.handleShellMessage(reply, ...frames),
        onInterrupt: () => this.handler.interrupt(),
        onStopped: () => this.handler.stop(),
      });
    }
  }

  const handler = new Handler(executor, false);
  process.on("SIGINT", ignore); // interrupts come as messages; the signal must not end the session
  process.on("uncaughtException", (error) => handler.fail(error));
  process.on("unhandledRejection", (reason) => handler.fail(reason));
  return new Server(handler, connectionFile);
}

const ignore = () => {};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

module.exports = { createKernel };
