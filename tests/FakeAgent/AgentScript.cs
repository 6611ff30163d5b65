using System.Text.Json.Nodes;

namespace Orchestrator.FakeAgent;

/// <summary>The script: by task (or "*") a list of rounds, each a list of steps. The last round is played again for all later ones.</summary>
internal sealed class AgentScript
{
    private readonly JsonObject _tasks;

    private AgentScript(JsonObject tasks) => _tasks = tasks;

    internal static string Task => Environment.GetEnvironmentVariable("ORCHESTRATOR_TASK") ?? "";

    internal static int Attempt => int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_ATTEMPT"), out int attempt) ? attempt : 1;

    internal static AgentScript Load(string path) =>
        new(JsonNode.Parse(File.ReadAllText(path))?["tasks"] as JsonObject ?? throw new InvalidDataException($"{path} has no object \"tasks\"."));

    internal IEnumerable<JsonObject> Steps()
    {
        JsonArray rounds = (_tasks[Task] ?? _tasks["*"]) as JsonArray
            ?? throw new InvalidDataException($"The script has neither \"{Task}\" nor \"*\".");
        JsonNode? round = rounds[Math.Min(Attempt, rounds.Count) - 1];
        return (round as JsonArray ?? []).Select(step => (JsonObject)step!);
    }
}
