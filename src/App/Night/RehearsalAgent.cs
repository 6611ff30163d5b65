using System.Text;

namespace Orchestrator.App.Night;

/// <summary>
/// Creates the scripted agent of a rehearsal. The agent makes the changes that a range of commits made to its task's files, and records its
/// start and end.
/// </summary>
internal static class RehearsalAgent
{
    /// <summary>Name of the agent in the settings of the clone.</summary>
    internal const string Name = "rehearsed";

    /// <summary>
    /// Returns the YAML that describes the scripted agent to the orchestrator. The agent's message about the simulated limit is interpreted
    /// as a usage limit with a reset time.
    /// </summary>
    internal static string Description(string program) =>
        $"{{program: '{program}', version: [], arguments: {{start: []}}, prompt: stdin, stream: {{format: text}}, "
        + "failures: [{says: 'usage limit reached', is: limit, until: 'until ([^ ]+)\\.'}]}";

    /// <summary>Writes the scripted agent's program to its file.</summary>
    /// <param name="place">Folders of the rehearsal.</param>
    /// <param name="last">Last commit of the range.</param>
    internal static void Write(RehearsalClone place, string last)
    {
        var script = $$"""
            #!/bin/sh
            # An agent without a model: makes the changes of a range of commits to the files of its task.
            set -eu
            records='{{place.Records}}'
            cat > /dev/null
            start="$records/starts/$ORCHESTRATOR_TASK.$(date +%s%N)"
            echo "$(date +%s%3N)" > "$start"
            limit() {
              [ -e "$records/limit" ] || return 0
              until=$(cat "$records/limit")
              [ "$(date +%s)" -lt "$until" ] || return 0
              date +%s%3N > "$start.refused"
              echo "usage limit reached until $(date -u -d "@$until" +%Y-%m-%dT%H:%M:%SZ)." >&2
              exit 1
            }
            limit
            for second in 1 2 3; do echo working; sleep 1; done
            limit
            while IFS= read -r file; do
              if git cat-file -e '{{last}}':"$file" 2> /dev/null
              then git checkout -q '{{last}}' -- "$file"
              else git rm -q --ignore-unmatch -- "$file"
              fi
            done < "$records/files/$ORCHESTRATOR_TASK"
            git add -A
            git -c user.name=Rehearsal -c user.email=rehearsal@localhost commit -q -m "Rehearse $ORCHESTRATOR_TASK" || true
            date +%s%3N > "$start.done"

            """;
        DurableFile.Write(place.Agent, Encoding.UTF8.GetBytes(script));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(place.Agent, (UnixFileMode)0b111_101_101);
        }
    }
}
