import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/index.ts";
import { processesOf, type DeepSpeedSettings, type Launcher } from "./settings.ts";

/** Writes `launch.sh`, `launch.sbatch`, `hostfile` (or an example of one) and the job's `README.md`. */
export function writeLaunchFiles(folder: string, settings: DeepSpeedSettings): void {
  const { launcher } = settings;
  writeFileAtomic(path.join(folder, "launch.sh"), launchScript(settings));
  fs.chmodSync(path.join(folder, "launch.sh"), 0o755);
  writeFileAtomic(path.join(folder, "launch.sbatch"), slurmScript(settings));
  const hosts = launcher.kind === "hostfile" ? launcher.nodes : [{ host: "first-host", slots: 8 }, { host: "second-host", slots: 8 }]; // prettier-ignore
  const name = launcher.kind === "hostfile" ? "hostfile" : "hostfile.example";
  for (const other of ["hostfile", "hostfile.example"]) fs.rmSync(path.join(folder, other), { force: true });
  writeFileAtomic(path.join(folder, name), hosts.map(({ host, slots }) => `${host} slots=${slots}\n`).join(""));
  writeFileAtomic(path.join(folder, "README.md"), readme(settings));
}

/** The shell command that starts the processes; `$python` and `$port` are set before it. */
export function launchCommand(launcher: Launcher): string {
  const deepspeed = '"$python" -m deepspeed.launcher.runner';
  switch (launcher.kind) {
    case "local":
      return `${deepspeed} --num_gpus ${launcher.processes} --master_port "$port" train.py`;
    case "hostfile": {
      const address = `--master_addr "\${MASTER_ADDR:-${launcher.masterAddress ?? launcher.nodes[0].host}}" --master_port "$port"`;
      // With NODE_RANK each machine starts its own processes; without, the first one starts all by pdsh.
      return `${deepspeed} --hostfile hostfile ${address} \${NODE_RANK:+--no_ssh --node_rank "$NODE_RANK"} train.py`;
    }
    case "slurm":
      return "sbatch --wait launch.sbatch";
    case "accelerate":
      return (
        `"$python" -m accelerate.commands.launch --num_processes ${launcher.processes} --num_machines "\${NODES:-1}" ` +
        `--machine_rank "\${NODE_RANK:-0}" --main_process_ip "\${MASTER_ADDR:-127.0.0.1}" --main_process_port "$port" ` +
        `--mixed_precision no --dynamo_backend no --use_deepspeed train.py`
      );
  }
}

const environment = ({ device }: DeepSpeedSettings): string =>
  device === "cpu" ? 'export DS_ACCELERATOR=cpu OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"\n' : "";

const portOf = (launcher: Launcher): number => ("masterPort" in launcher ? launcher.masterPort : 29_500);

function launchScript(settings: DeepSpeedSettings): string {
  const { launcher } = settings;
  return `#!/usr/bin/env bash
# Starts this job, or continues it from its last checkpoint. PYTHON names the Python that has requirements.txt installed.
# Ctrl-C (once) stops after the step at work with a checkpoint; twice, at once.
set -uo pipefail
cd "$(dirname "\${BASH_SOURCE[0]}")"
python="\${PYTHON:-python3}"
export PYTHON="$python"
port="\${MASTER_PORT:-${portOf(launcher)}}"
${environment(settings)}
stops=0
child=
stop() {
  stops=$((stops + 1))
  if [ "$stops" -gt 1 ] && [ -n "$child" ]; then
    kill -- "-$child" 2>/dev/null
  else
    touch stop
    echo "Stopping after the step at work; once more to stop at once."
  fi
}
rm -f stop
trap stop INT TERM

${launcher.kind === "slurm" ? "# SLURM's machines look for themselves before they start.\n" : '[ "${NODE_RANK:-0}" = 0 ] && prepare= || prepare=--no-prepare\n"$python" train.py --check $prepare || exit $?\n'}[ "$stops" -gt 0 ] && exit 130
# In a session of its own, so that Ctrl-C comes to this script alone.
setsid ${launchCommand(launcher)} &
child=$!
code=0
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
exit "$code"
`;
}

function slurmScript(settings: DeepSpeedSettings): string {
  const { launcher, device } = settings;
  const { nodes, processesPerNode, time, partition, account } =
    launcher.kind === "slurm"
      ? launcher
      : {
          nodes: 1,
          processesPerNode: processesOf(launcher).perNode,
          time: "24:00:00",
          partition: undefined,
          account: undefined,
        };
  const options = [
    "--job-name=waymark",
    `--nodes=${nodes}`,
    `--ntasks-per-node=${processesPerNode}`,
    ...(device === "gpu" ? [`--gpus-per-node=${processesPerNode}`] : []),
    `--time=${time}`,
    ...(partition ? [`--partition=${partition}`] : []),
    ...(account ? [`--account=${account}`] : []),
    // Time for a checkpoint before the job is ended.
    "--signal=TERM@180",
    "--requeue",
    "--open-mode=append",
    "--output=slurm-%j.log",
  ];
  return `#!/usr/bin/env bash
${options.map((option) => `#SBATCH ${option}`).join("\n")}
# Submit from this folder, which all machines have to see: sbatch launch.sbatch
# PYTHON names the Python that has requirements.txt installed.
set -uo pipefail
cd "\${SLURM_SUBMIT_DIR:-.}"
export PYTHON="\${PYTHON:-python3}"
export MASTER_ADDR="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"
export MASTER_PORT="\${MASTER_PORT:-${portOf(launcher)}}"
${environment(settings)}
rm -f stop
"$PYTHON" train.py --check || exit $?
exec srun bash -c 'RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS LOCAL_RANK=$SLURM_LOCALID exec "$PYTHON" train.py'
`;
}

const startOf: Record<Launcher["kind"], string> = {
  local: "On one machine, with DeepSpeed's launcher.",
  hostfile:
    "On the machines of `hostfile`, which all see this folder and have the same Python; the first reaches them by pdsh.\nWithout it, start\n`NODE_RANK=0 bash launch.sh` on the first, `NODE_RANK=1 bash launch.sh` on the second, and so on.",
  slurm: "Through SLURM: the same as `sbatch launch.sbatch`, and waits for it.",
  accelerate:
    "With accelerate's launcher. For several machines set NODES, NODE_RANK, MASTER_ADDR and MASTER_PORT on each.",
};

function readme({ launcher, device, precision, zeroStage, lora }: DeepSpeedSettings): string {
  const { all } = processesOf(launcher);
  return `# A training job

${all} process${all === 1 ? "" : "es"} on ${device === "gpu" ? "GPUs" : "CPUs"}, ${precision}, ZeRO stage ${zeroStage}, ${lora ? "a LoRA adapter" : "all weights"}.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    PYTHON=venv/bin/python bash launch.sh

${startOf[launcher.kind]} The same command continues a job that was stopped or killed, from its last checkpoint,
with as many processes as before. Ctrl-C, or a file named \`stop\` in this folder, stops it after the step at work.

| file | content |
| --- | --- |
| \`rows.jsonl.gz\` | rows with token ids and loss weights, or pairs of them |
| \`steps.jsonl.gz\` | which rows in which step, at which learning rate |
| \`job.json\` | settings; the path of the model is \`model.folder\` in it |
| \`ds_config.json\` | DeepSpeed's settings |
| \`train.py\`, \`waymark_train/\` | the program |
| \`metrics.jsonl\` | a line for each step |
| \`checkpoints/\`, \`reference.json\` | what a continued job reads |
| \`logs/\`, \`ranks/\` | what each process said, and how it ended |
| \`output/\`, \`result.json\` | the trained model or adapter, and a summary: written last |
`;
}
