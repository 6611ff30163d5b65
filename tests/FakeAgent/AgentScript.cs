using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.FakeAgent.Habits;

namespace Orchestrator.FakeAgent;

/// <summary>
/// A script with a list of attempts for each task (or "*"), each a list of steps. The last attempt is repeated for all later ones.
/// </summary>
internal sealed class AgentScript
{
    private readonly JsonObject _script;
    private readonly JsonObject _tasks;

    private AgentScript(JsonObject script, JsonObject tasks)
    {
        _script = script;
        _tasks = tasks;
    }

    internal static string Task => Environment.GetEnvironmentVariable("ORCHESTRATOR_TASK") ?? "";

    internal static int Attempt => int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_ATTEMPT"), out var attempt) ? attempt : 1;

    /// <summary>Number of this start of the task's agent over all attempts, which is the name of the start's folder.</summary>
    internal static int Start =>
        int.TryParse(Path.GetFileName(Environment.GetEnvironmentVariable("ORCHESTRATOR_START")), out var start) ? start : 1;

    internal static AgentScript Load(string path) =>
        JsonNode.Parse(File.ReadAllText(path)) is JsonObject script && script["tasks"] is JsonObject tasks
            ? new AgentScript(script, tasks)
            : throw new InvalidDataException($"{path} has no object \"tasks\".");

    /// <summary>
    /// Returns the style in which the task's agent commits: <c>commits</c> of the script, or else one derived from its <c>seed</c>.
    /// Without a seed, one is drawn and printed.
    /// </summary>
    internal CommitStyle Style()
    {
        if ((string?)_script["commits"] is { } name)
        {
            return Enum.Parse<CommitStyle>(name, ignoreCase: true);
        }

        var seed = (int?)_script["seed"] ?? Random.Shared.Next();
        var style = Committer.Choose(seed, Task);
        if (_script["seed"] is null && Task.Length > 0)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fake-agent: seed {seed}: commits {style}"));
        }

        return style;
    }

    internal IEnumerable<JsonObject> Steps()
    {
        var attempts =
            (_tasks[Task] ?? _tasks["*"]) as JsonArray ?? throw new InvalidDataException($"The script has neither \"{Task}\" nor \"*\".");
        var attempt = attempts[Math.Min(Attempt, attempts.Count) - 1];
        return (attempt as JsonArray ?? []).Select(step => (JsonObject)step!);
    }
}
