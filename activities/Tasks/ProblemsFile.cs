using System.Text;
using Orchestrator.Activities.Gates;
using Orchestrator.Activities.Runs;
using Orchestrator.Processes;

namespace Orchestrator.Activities.Tasks;

/// <summary>What is wrong with a task's work, with evidence: for the agent's next turn and for people. One file per round.</summary>
internal static class ProblemsFile
{
    /// <summary>Writes the file and gives its path relative to the repository.</summary>
    public static string Write(RunFolder folder, string taskId, int round, IEnumerable<string> sections)
    {
        var path = Path.Combine(folder.Task(taskId), $"problems-{round}.md");
        DurableFile.Write(path, Encoding.UTF8.GetBytes(string.Join("\n", sections)));
        return folder.Relative(path);
    }

    /// <summary>A gate that failed, with the end of its output.</summary>
    public static string Gate(GateOutcome outcome) =>
        $"## Gate failed: {outcome.Gate.Name}\n\nCommand: `{outcome.Gate.Command}`\n{outcome.Summary}\n\n```\n{outcome.Tail.TrimEnd()}\n```\n";
}
