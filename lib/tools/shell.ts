import { z } from "zod";
import { callText, modelArguments, type ToolModel } from "./arguments.ts";
import { dataText } from "./data-text.ts";
import { answerOf, deadline, settle, ToolFailure, untilAborted, type AgentTool } from "./tool.ts";

export interface ShellOptions {
  /** Writes the command; without one the task must hold it between backticks, in a fence, or after `$ `. */
  readonly model?: ToolModel;
  /** Files of the shell's own disk, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly maxOutput?: number;
}

/** Bounds of one command line; much below the package's own. */
const LIMITS = {
  maxCommandCount: 10_000,
  maxLoopIterations: 10_000,
  maxAwkIterations: 10_000,
  maxSedIterations: 10_000,
  maxJqIterations: 10_000,
  maxCallDepth: 50,
  maxLiveBytes: 64 << 20,
  maxInputBytes: 64 << 20,
  maxFileSystemBytes: 64 << 20,
};

const commandSchema = z.object({ command: z.string().min(1).max(8000) });

/**
 * Runs a command in a simulated shell whose files are in memory: the machine's files, programs and network are out of its
 * reach. One tool keeps its files from call to call.
 */
export function shellTool(options: ShellOptions = {}): AgentTool {
  const { model, files = {}, timeoutMs = 10_000, maxOutput = 8000 } = options;
  let shell: Promise<import("just-bash").Bash> | undefined;
  const start = async (): Promise<import("just-bash").Bash> => {
    const { Bash } = await import("just-bash");
    return new Bash({ files: { ...files }, executionLimits: LIMITS });
  };
  return {
    name: "use_bash",
    description: "Executes commands in a Linux shell.",
    usage: "what to find out or to change with files",
    run: (call, signal) =>
      settle(async () => {
        let command = statedCommand(call.task);
        if (command === null) {
          if (!model) throw new ToolFailure("no_command", `no command in: ${call.task.slice(0, 200)}`);
          const prompt = `Write the shell command (bash) that does the task.\n\n${callText(call)}`;
          ({ command } = await modelArguments(model, commandSchema, prompt, signal));
        }
        const limit = deadline(timeoutMs, signal);
        try {
          const bash = await (shell ??= start());
          const { stdout, stderr, exitCode } = await untilAborted(
            bash.exec(command, { signal: limit.signal }),
            limit.signal,
          );
          const text = dataText([stdout, stderr].filter((part) => part !== "").join("\n"), maxOutput);
          if (exitCode === 0) return answerOf(text === "" ? "(no output)" : text);
          const reason = exitCode === 126 && /limit|maximum|exceeded/i.test(stderr) ? "limit_reached" : "exit_status";
          throw new ToolFailure(reason, `exit status ${exitCode}: ${text}`);
        } finally {
          limit.end();
        }
      }, signal),
  };
}

/** The command that a task states: in a fence, after `$ `, or between backticks. */
function statedCommand(task: string): string | null {
  const match =
    /```(?:bash|sh|shell)?\n([\s\S]+?)```/.exec(task) ?? /^\s*\$ ([\s\S]+)$/.exec(task) ?? /`([^`]+)`/.exec(task);
  return match ? match[1].trim() : null;
}
