using System.Text.Json;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>
/// Reads <c>status.json</c> by hand: what the serializer must make ready for these types, compiling some of it, takes longer than the whole rest of
/// <c>orchestrate status</c>. A test compares it with the serializer, member by member.
/// </summary>
internal static class RunStatusReader
{
    /// <summary>The run that a document describes. Missing members have their defaults, unknown ones are left out.</summary>
    /// <exception cref="JsonException">It is no such document.</exception>
    public static RunStatus Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return Run(document.RootElement);
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new JsonException($"This is not the status of a run: {fault.Message}", fault);
        }
    }

    private static RunStatus Run(JsonElement run) => new()
    {
        SchemaVersion = TryFind(run, "schemaVersion", out var version) ? version.GetInt32() : 1,
        RunId = run.GetProperty("runId").GetString()!,
        ExecutionId = Text(run, "executionId"),
        State = run.GetProperty("state").GetString()!,
        Paused = Flag(run, "paused"),
        Reason = Text(run, "reason"),
        Title = Text(run, "title"),
        Repository = Text(run, "repository"),
        StartedAt = Time(run, "startedAt"),
        UpdatedAt = Time(run, "updatedAt"),
        Target = Text(run, "target"),
        Staging = Text(run, "staging"),
        BaseCommit = Text(run, "baseCommit"),
        LandedCommit = Text(run, "landedCommit"),
        LandedOn = Text(run, "landedOn"),
        Agent = Text(run, "agent"),
        Workers = Count(run, "workers"),
        AgentStarts = Count(run, "agentStarts"),
        Cost = Money(run, "cost"),
        Sequence = Number(run, "sequence"),
        Questions = Items(run, "questions", Question),
        Warnings = Texts(run, "warnings"),
        Failing = Items(run, "failing", Failing),
        Waiting = Items(run, "waiting", Waiting),
        Tasks = Items(run, "tasks", Task),
        TaskCount = Count(run, "taskCount"),
        Abandoned = TryFind(run, "abandoned", out var abandoned) ? abandoned.GetBoolean() : null,
    };

    private static RunTask Task(JsonElement task) => new()
    {
        Id = task.GetProperty("id").GetString()!,
        Title = Text(task, "title"),
        State = task.GetProperty("state").GetString()!,
        Paused = Flag(task, "paused"),
        Reason = Text(task, "reason"),
        DependsOn = Texts(task, "dependsOn"),
        Round = Count(task, "round"),
        Starts = Count(task, "starts"),
        Since = Time(task, "since"),
        StartedAt = TimeOrNull(task, "startedAt"),
        EndedAt = TimeOrNull(task, "endedAt"),
        Cost = Money(task, "cost"),
        Tokens = Number(task, "tokens"),
        Commit = Text(task, "commit"),
        MergeCommit = Text(task, "mergeCommit"),
        Reused = Flag(task, "reused"),
        Evidence = Text(task, "evidence"),
        Gates = TextOrNull(task, "gates"),
    };

    private static FailingActivity Failing(JsonElement step) => new(Text(step, "task"), Text(step, "activity"), Count(step, "attempt"), Text(step, "message"));

    private static GateWait Waiting(JsonElement gate) => new(
        Text(gate, "task"), Text(gate, "gate"), TextOrNull(gate, "exclusive"), Text(gate, "holderGate"), Text(gate, "holderTask"), Text(gate, "holderRun"), Text(gate, "holderRepository"), Time(gate, "since"));

    private static RunQuestion Question(JsonElement question) => new()
    {
        Id = question.GetProperty("id").GetString()!,
        Question = question.GetProperty("question").GetString()!,
        Commands = Texts(question, "commands"),
        Since = Time(question, "since"),
    };

    /// <summary>A member that is there and not null.</summary>
    private static bool TryFind(JsonElement parent, string name, out JsonElement member) =>
        parent.TryGetProperty(name, out member) && member.ValueKind != JsonValueKind.Null;

    private static string Text(JsonElement parent, string name) => TextOrNull(parent, name) ?? "";

    private static string? TextOrNull(JsonElement parent, string name) => TryFind(parent, name, out var value) ? value.GetString() : null;

    private static bool Flag(JsonElement parent, string name) => TryFind(parent, name, out var value) && value.GetBoolean();

    private static int Count(JsonElement parent, string name) => TryFind(parent, name, out var value) ? value.GetInt32() : 0;

    private static long Number(JsonElement parent, string name) => TryFind(parent, name, out var value) ? value.GetInt64() : 0;

    private static decimal Money(JsonElement parent, string name) => TryFind(parent, name, out var value) ? value.GetDecimal() : 0;

    private static DateTimeOffset Time(JsonElement parent, string name) => TimeOrNull(parent, name) ?? default;

    private static DateTimeOffset? TimeOrNull(JsonElement parent, string name) => TryFind(parent, name, out var value) ? value.GetDateTimeOffset() : null;

    private static List<string> Texts(JsonElement parent, string name) => Items(parent, name, item => item.GetString()!);

    private static List<T> Items<T>(JsonElement parent, string name, Func<JsonElement, T> read)
        where T : class
    {
        var items = new List<T>();
        if (TryFind(parent, name, out var list))
        {
            foreach (var item in list.EnumerateArray())
                items.Add(read(item));
        }

        return items;
    }
}
