using System.Globalization;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.KillTest;

/// <summary>The programs of a round that are not ours, as shell scripts: agents, reviewer, planner, package manager.</summary>
/// <param name="plan">The plan of the scripts.</param>
/// <param name="repository">The round's repository.</param>
public sealed class KillScripts(KillPlan plan, KillRepository repository)
{
    private static readonly string[] Dependency = ["is-odd", "^3.0.1"];

    /// <summary>The manifest of packages at the beginning, as the package manager writes it.</summary>
    public static string Manifest { get; } = $"{{\"dependencies\": {{\n \"{Dependency[0]}\": \"{Dependency[1]}\"\n}}}}\n";

    /// <summary>
    /// Every agent: counts its start, takes a while, does what its task asks. At the place of a round it waits to be killed.
    /// </summary>
    public string Agent() =>
        $$"""
            #!/bin/sh
            set -eu
            starts='{{repository.StartsFolder}}' shim='{{repository.ShimFolder}}'
            echo "$ORCHESTRATOR_START" >> "$starts/$ORCHESTRATOR_TASK"
            place() {
              [ -e "$shim/place" ] && [ ! -e "$shim/hit" ] || return 0
              read -r point number when < "$shim/place"
              [ "$point" = agent ] && [ "$when" = "$1" ] && [ "$(find "$starts" -type f -exec cat {} + | wc -l)" -ge "$number" ] || return 0
              mkdir "$shim/agent-waits" 2>/dev/null || return 0 # Another one is there already.
              echo "$$ agent of $ORCHESTRATOR_TASK" > "$shim/hit.new"; mv "$shim/hit.new" "$shim/hit"
              exec sleep 600
            }
            dropped() {
              claim='{"status":"completed","task":"%s","dropped":["%s"]}'
              printf "$claim" "$ORCHESTRATOR_TASK" "$1" > "$ORCHESTRATOR_START/out/claim.new"
              mv "$ORCHESTRATOR_START/out/claim.new" "$ORCHESTRATOR_START/out/claim.json"
            }
            append() { grep -qx "$2" "$1" || echo "$2" >> "$1"; }
            wait_for_user() { n=0; while [ ! -e '{{repository.UserCommitted}}' ] && [ $n -lt 1200 ]; do sleep 0.1; n=$((n+1)); done; }
            {{AgentCommits.Functions}}
            place before
            sleep {{plan.Seconds.ToString(CultureInfo.InvariantCulture)}}
            case $ORCHESTRATOR_TASK in
            .review)
            {{Reviewer}}
            place after; exit 0 ;;
            .replan)
            {{Planner}}
            place after; exit 0 ;;
            esac
            echo "start of $ORCHESTRATOR_TASK"
            case $ORCHESTRATOR_TASK in
            {{string.Concat(plan.AllTasks.Select(Work))}}
            *) echo reviewed > {{KillPlan.ReviewedFile}} ;;
            esac
            case $ORCHESTRATOR_TASK in
            {{string.Concat(
                plan.AllTasks.Select(task => $"{task.Id}) agent_commits {AgentCommits.Choose(plan.Seed, task.Id)} || true ;;\n")
            )}}
            esac
            place after
            """;

    /// <summary>
    /// A package manager that is as rude as the real one: it writes over its files piece by piece, and leaves them so when it is killed.
    /// What an earlier one has left like that it can't read.
    /// </summary>
    public static string PackageManager { get; } =
        """
            #!/bin/sh
            set -eu
            sleep 0.1
            [ "$1" = install ] || { echo '"1.3.0"'; exit 0; }
            for last; do :; done
            tail -n 1 package.json | grep -q '}}' \
              && tail -n 1 package-lock.json | grep -q '}' || { echo 'npm error code EJSONPARSE' >&2; exit 1; }
            packages=$({ sed -n 's/^ \(".*"\),\{0,1\}$/\1/p' package.json; echo "\"${last%%@*}\": \"${last#*@}\""; } \
              | sort -u | sed 's/^/ /; $!s/$/,/')
            mkdir -p node_modules/.staging
            printf '{"dependencies": {\n' > package.json
            sleep 0.05
            printf '%s\n}}\n' "$packages" >> package.json
            printf '{"of": "' > package-lock.json
            sleep 0.05
            echo "{\"of\": \"$(sha256sum < package.json | cut -c 1-64)\"}" > package-lock.json
            mv node_modules/.staging "node_modules/${last%%@*}"
            """;

    private string Work(KillTask task) =>
        $"{task.Id}) {task.Does.Replace(KillPlan.Outside, repository.Hostility.Outside, StringComparison.Ordinal)}"
        + (task.Appends.Contains(KillPlan.AppendedFile) ? $"; append {KillPlan.AppendedFile} 'line of {task.Id}'" : "")
        + " ;;\n";

    // What it has found before it is asked about again.
    private string Reviewer =>
        $$"""
            prompt=$(cat)
            ids=$(printf '%s\n' "$prompt" | sed -n 's/^- `\([^`]*\)` t0\.txt.*/\1/p' | sort -u)
            earlier() { for id in $ids; do echo "$comma{\"id\":\"$id\",\"state\":\"$1\",\"why\":\"so\"}"; comma=,; done; }
            comma=
            case $prompt in
            {{(plan.Review == KillReview.AcceptsAPersonsFix ? $"*'{KillPlan.Fix}'*" : "*'# Earlier findings'*")}})
              echo '{"verdict":"accept","summary":"All is there.","findings":[],"earlier":['"$(earlier fixed)"']}' ;;
            *'# Earlier findings'*)
              echo '{"verdict":"findings","summary":"A file is missing.","findings":[],"earlier":['"$(earlier open)"']}' ;;
            *)
              echo '{"verdict":"findings","summary":"A file is missing.","findings":[{"file":"t0.txt","line":1,"severity":"blocking",'
              echo '"summary":"{{KillPlan.ReviewedFile}} is missing","consequence":"Readers do not find it.",'
              echo '"reproduction":"cat {{KillPlan.ReviewedFile}} fails",'
              echo '"fix":"Write {{KillPlan.ReviewedFile}}.","files":["{{KillPlan.ReviewedFile}}"]}],"earlier":[]}' ;;
            esac
            """;

    private string Planner =>
        "cat > /dev/null\necho '"
        + JsonSerializer.Serialize(
            new
            {
                tasks = plan.Replanned.Select(task => new
                {
                    id = task.Id,
                    description = "Better",
                    prompt = "Make it",
                    files_write = task.Writes,
                    depends_on = task.After,
                    verification = new[] { task.Gate },
                }),
            }
        )
        + "'";
}
