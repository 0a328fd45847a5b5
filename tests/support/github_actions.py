"""Runs the `run:` steps of a workflow as GitHub's machines do, each in a shell of its own.

What it knows of expressions is what our sample uses: `secrets.A || secrets.B`, the outputs of a
step, and the condition of a step that also runs after a failure.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

#: How GitHub calls bash for a step (its documentation of `jobs.<id>.steps[*].shell`).
_SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass
class JobRun:
    """What the steps of a job did."""

    #: of each step by its name: "success", "failure" or "skipped"
    outcomes: dict[str, str] = field(default_factory=dict)
    #: all that they printed
    log: str = ""
    _by_id: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether no step failed."""
        return "failure" not in self.outcomes.values()

    def value(self, text: str, secrets: Mapping[str, str]) -> str:
        """Return a value with its expressions worked out."""
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self._worked_out(found[1], secrets), text)

    def _worked_out(self, expression: str, secrets: Mapping[str, str]) -> str:
        for part in expression.split(" || "):
            kind, _, name = part.partition(".")
            if kind == "secrets":
                value = secrets.get(name, "")
            else:
                step, output = re.fullmatch(r"(\w+)\.outputs\.(\w+)", name).groups()  # type: ignore[union-attr]
                value = self._by_id[step].get(output, "")
            if value:
                return value
        return ""

    def wants(self, step: Mapping[str, Any]) -> bool:
        """Say whether a step is to run."""
        match step.get("if"):
            case None:
                return self.succeeded
            case "always() && steps.state.outcome == 'success'":
                return self._by_id["state"]["outcome"] == "success"
            case other:
                raise NotImplementedError(other)

    def keep(self, step: Mapping[str, Any], outcome: str, outputs: str, log: str) -> None:
        """Record what a step did."""
        self.outcomes[step["name"]] = outcome
        self.log += log
        if "id" in step:
            lines = (line.partition("=") for line in outputs.splitlines())
            self._by_id[step["id"]] = {name: value for name, _, value in lines}
            self._by_id[step["id"]]["outcome"] = outcome


def run_job(
    workflow: str,
    job: str,
    *,
    workspace: Path,
    secrets: Mapping[str, str],
    env: Mapping[str, str],
    done: Collection[str] = (),
) -> JobRun:
    """Run the steps of a job in a checkout; those whose names are `done` are left out."""
    parsed = yaml.safe_load(workflow)
    definition, run = parsed["jobs"][job], JobRun()
    outputs = workspace.with_name(f"{workspace.name}.outputs")
    for step in definition["steps"]:
        if "uses" in step or step["name"] in done:
            continue
        if not run.wants(step):
            run.outcomes[step["name"]] = "skipped"
            continue
        outputs.write_text("", encoding="utf-8")
        script = workspace.with_name(f"{workspace.name}.sh")
        script.write_text(step["run"], encoding="utf-8")
        named = definition.get("env", {}) | step.get("env", {})
        result = subprocess.run(
            [*_SHELL, str(script)],
            cwd=workspace,
            env={
                **{name: value for name, value in os.environ.items() if name[:7] != "DIGEST_"},
                **env,
                **{name: run.value(value, secrets) for name, value in named.items()},
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_RUN_NUMBER": "7",
            },
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        outcome = "failure" if result.returncode else "success"
        run.keep(step, outcome, outputs.read_text(encoding="utf-8"), result.stdout)
    return run
