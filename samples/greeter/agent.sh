#!/bin/sh
# The sample's agent: no model, it runs agent/TASK.sh in the worktree it was started in. Named in .orchestrator/config.yaml by scripts/demo.
set -eu
script=$(dirname "$0")/agent/${ORCHESTRATOR_TASK:?this program is started by orchestrate}.sh
[ -f "$script" ] || { echo "there is no script for task $ORCHESTRATOR_TASK: $script" >&2; exit 1; }
cat > /dev/null # the prompt
exec sh "$script"
