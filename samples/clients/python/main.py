"""Starts a run of one task, approves the task, and waits for the result.

Usage: python main.py REPOSITORY RUN-ID TASK-ID PROMPT
"""

import asyncio
import os
import sys

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy


async def main(repository: str, run_id: str, task: str, prompt: str) -> None:
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    plan = {"tasks": [{"id": task, "prompt": prompt, "requires_approval": True}]}
    run = await client.start_workflow(
        "OrchestrationWorkflow",
        {"repository": repository, "plan": plan},
        id=run_id,
        task_queue="orchestrator",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )

    while not await is_waiting(run):
        await asyncio.sleep(0.2)
    answer = await run.execute_update(
        "approve", {"id": task, "reason": "the sample approves all", "by": "sample"}
    )
    print(answer["message"])
    result = await run.result()
    print(f"{result['state']} {result['landedCommit']}")


async def is_waiting(run) -> bool:
    status = await run.query("status", args=[0, 100])
    return any(one["state"] == "awaiting-approval" for one in status["tasks"])


asyncio.run(main(*sys.argv[1:]))
