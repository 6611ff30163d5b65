using System.Text.Json.Nodes;

namespace Orchestrator.Habits.Tests;

/// <summary>How a run ended and what it left.</summary>
/// <param name="ExitCode">Of the command.</param>
/// <param name="People">What it said.</param>
/// <param name="Status">What <c>status --json</c> says of the run.</param>
/// <param name="Events">Its record of events.</param>
/// <param name="Faults">What does not hold; empty when all is well.</param>
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
