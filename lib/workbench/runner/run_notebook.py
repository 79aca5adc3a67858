"""Executes one notebook without a browser and reports what happens as JSON lines on stdout.

The job comes as one JSON line on stdin: {notebook, output, parameters, folder, cleanUpSeconds}. After it, a line
"interrupt" (or SIGINT) stops the running cell; the end of stdin means that the parent has died, and ends everything.
The notebook with the outputs so far is written to `output` in every case.
Exit status: 0 all cells ran, 1 a cell failed, 2 the notebook or the kernel could not be used, 130 interrupted.
"""

import asyncio
import json
import os
import re
import signal
import sys
import threading
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError


# The pipe to the parent is ours alone: the kernel inherits standard output, and what native libraries print there (or
# Node making it non-blocking) would break the lines.
events = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def emit(event, **fields):
    events.write(json.dumps({"event": event, **fields}) + "\n")
    events.flush()


def inject(notebook, parameters):
    """Puts the values in a cell of their own after the one tagged `parameters`, whose names they must use."""
    if not parameters:
        return
    tagged = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    if not tagged:
        raise ValueError("has no cell tagged `parameters`, so it takes none")
    declared = re.findall(r"^\s*(?:let|const|var)\s+([A-Za-z_$][\w$]*)", notebook.cells[tagged[0]].source, re.M)
    unknown = [name for name in parameters if name not in declared]
    if unknown:
        raise ValueError(f"has no parameter {', '.join(unknown)}; it has {', '.join(declared) or 'none'}")
    # tslab allows a name to be declared again in a later cell; JSON is a TypeScript expression.
    source = "\n".join(f"let {name} = {json.dumps(value)};" for name, value in parameters.items())
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(tagged[0] + 1, cell)


def write_atomic(notebook, path):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = join_streams(cell.outputs)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    nbformat.write(notebook, temporary)
    os.replace(temporary, path)


def join_streams(outputs):
    """Neighbouring pieces of one stream become one output; the order of everything is kept."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last["pieces"].append(output.text)
        else:
            joined.append(output)
            if output.output_type == "stream":
                output["pieces"] = [output.text]
    for output in joined:
        if output.output_type == "stream":
            output["text"] = "".join(output.pop("pieces"))
    return joined


class Runner(NotebookClient):
    """An nbclient that tells about every step, and in which an interrupt reaches the cell before anything ends."""

    def __init__(self, notebook, job):
        super().__init__(
            notebook,
            timeout=None,
            iopub_timeout=600,  # much output may arrive long after the cell's reply
            kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "tslab"),
            resources={"metadata": {"path": job["folder"]}},
        )
        self.clean_up_seconds = job["cleanUpSeconds"]
        self.loop = None
        self.interrupts = 0
        self.number = 0
        self.total = sum(1 for cell in notebook.cells if runs(cell))

    async def async_execute_cell(self, cell, cell_index, **options):
        if not runs(cell):
            return cell
        self.loop = asyncio.get_running_loop()
        try:
            self.loop.add_signal_handler(signal.SIGINT, self.interrupt)  # in place of nbclient's, which kills
        except (NotImplementedError, RuntimeError):
            pass  # Windows: the parent sends a line instead
        if self.interrupts:
            raise Stopped
        self.number += 1
        start = time.monotonic()
        emit("cell", state="started", cell=self.number, cells=self.total)
        result = await super().async_execute_cell(cell, cell_index, **options)
        seconds = round(time.monotonic() - start, 3)
        emit("cell", state="finished", cell=self.number, cells=self.total, seconds=seconds)
        return result

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        if msg["msg_type"] == "stream":
            emit("stream", name=content["name"], text=content["text"])
        elif msg["msg_type"] in ("display_data", "update_display_data"):
            display = (content.get("transient") or {}).get("display_id")
            text = content["data"].get("text/plain")
            if display and isinstance(text, str):
                emit("progress", id=display, text=text)
        return super().process_message(msg, cell, cell_index)

    def interrupt(self):
        self.interrupts += 1
        if self.km is None or not self.km.has_kernel:
            return
        asyncio.ensure_future(self.km.interrupt_kernel())
        if self.interrupts == 1:
            self.loop.call_later(self.clean_up_seconds, self.kill)

    def kill(self):
        if self.km is not None and self.km.has_kernel:
            asyncio.ensure_future(self.km.shutdown_kernel(now=True))


class Stopped(Exception):
    """An interrupt came while no cell ran."""


def runs(cell):
    return cell.cell_type == "code" and cell.source.strip() != ""


def listen(runner):
    """Orders of the parent, read beside the event loop."""
    for line in sys.stdin:
        if line.strip() != "interrupt":
            continue
        if runner.loop:
            runner.loop.call_soon_threadsafe(runner.interrupt)
        else:
            runner.interrupts += 1  # the first cell will see it
    if runner.loop and runner.loop.is_running():
        runner.loop.call_soon_threadsafe(runner.kill)
    else:
        os._exit(1)


def main():
    job = json.loads(sys.stdin.readline())
    try:
        notebook = nbformat.read(job["notebook"], as_version=4)
        inject(notebook, job["parameters"])
    except Exception as error:  # whatever is wrong with the file, it is the user's to mend
        emit("unusable", message=f"{job['notebook']} {error}")
        return 2
    runner = Runner(notebook, job)
    threading.Thread(target=listen, args=[runner], daemon=True).start()
    try:
        runner.execute()
        return 0
    except (CellExecutionError, DeadKernelError) as error:
        if runner.interrupts:
            emit("interrupted", cell=runner.number)
            return 130
        emit("failed", cell=runner.number, **failure(notebook, error))
        return 1
    except Exception as error:
        if runner.interrupts:
            emit("interrupted", cell=runner.number)
            return 130
        emit("unusable", message=f"the notebook kernel could not be used: {type(error).__name__}: {error}")
        return 2
    finally:
        write_atomic(notebook, job["output"])


def failure(notebook, error):
    """The failing cell is the last one that ran."""
    ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count]
    for cell in reversed(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                return {
                    "source": cell.source,
                    "ename": output.ename,
                    "evalue": output.evalue,
                    "traceback": list(output.traceback),
                }
    source = ran[-1].source if ran else ""
    return {"source": source, "ename": "KernelDied", "evalue": "the notebook kernel ended", "traceback": [str(error)]}


if __name__ == "__main__":
    status = main()
    os._exit(status)  # the thread that reads stdin would hold the process
