using System.Text.Json.Nodes;

namespace Orchestrator.Habits.Tests;

/// <summary>The outcome of a run and its leftovers.</summary>
/// <param name="ExitCode">Of the command.</param>
/// <param name="People">Output for people.</param>
/// <param name="Status">The run's entry in <c>status --json</c>.</param>
/// <param name="Events">Its record of events.</param>
/// <param name="Faults">Violated invariants, or empty if there are none.</param>
public sealed record HabitResult(int ExitCode, string People, JsonNode? Status, string Events, IReadOnlyList<string> Faults)
{
    /// <summary>A task as <c>status</c> has it.</summary>
    public (string State, int Round, int Starts, string Reason) Task(string id)
    {
        var found = Status?["tasks"]!.AsArray().SingleOrDefault(task => (string?)task!["id"] == id);
        return found is null
            ? ("unknown", 0, 0, "")
            : ((string?)found["state"] ?? "", (int)found["attempt"]!, (int)found["starts"]!, (string?)found["reason"] ?? "");
    }
}
