"""Plays command sequences in the real TextWorld and tells what it answered and how long it took.

Standard input: JSON [{"game": <content of a .tw-pddl file>, "commands": ["look", ...]}, ...].
Standard output: JSON [{"load_seconds", "step_seconds", "steps": [{"observation", "admissible", "won"}, ...]}, ...],
the first step of each game being its reset. Needs: pip install textworld[pddl]==1.7.0 alfworld==0.4.2
"""

import contextlib
import json
import os
import sys
import tempfile
import time

with contextlib.redirect_stdout(sys.stderr):
    import textworld
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
    from textworld.envs import PddlEnv


def play(file, commands):
    """One game; `file` is a .tw-pddl path."""
    started = time.perf_counter()
    infos = textworld.EnvInfos(won=True, admissible_commands=True)
    environment = AlfredDemangler(PddlEnv(infos), shuffle=False)
    environment.load(file)
    states = [environment.reset()]
    loaded = time.perf_counter()
    for command in commands:
        state, _, _ = environment.step(command)
        states.append(state)
    ended = time.perf_counter()
    return {
        "load_seconds": loaded - started,
        "step_seconds": ended - loaded,
        "steps": [
            {"observation": s.feedback, "admissible": s["admissible_commands"], "won": bool(s["won"])} for s in states
        ],
    }


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        for number, job in enumerate(json.load(sys.stdin)):
            file = os.path.join(folder, f"{number}.tw-pddl")
            with open(file, "w", encoding="utf-8") as stream:
                json.dump(job["game"], stream)
            results.append(play(file, job["commands"]))
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
