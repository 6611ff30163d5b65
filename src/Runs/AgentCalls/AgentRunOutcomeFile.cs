namespace Orchestrator.Runs.AgentCalls;

/// <summary>Outcome of an ended agent run, stored as <c>outcome.json</c> in its folder for reports.</summary>
public sealed record AgentRunOutcomeFile
{
    private const string FileName = "outcome.json";

    /// <summary>Id of the agent's conversation.</summary>
    public string Session { get; set; } = "";

    /// <summary>Kind of failure with which the agent ended.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<AgentFailure>))]
    public AgentFailure Failure { get; init; }

    /// <summary>Description of the failure.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Closing message of the agent.</summary>
    public string FinalText { get; set; } = "";

    /// <summary>Exit code of the agent program, or null if unknown.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of conversation turns that the agent took.</summary>
    public int Turns { get; init; }

    /// <summary>Cost in US dollars.</summary>
    public decimal Cost { get; init; }

    /// <summary>Number of tokens that the models read and wrote.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of tokens in <see cref="Tokens"/> that the models read, including cached ones.</summary>
    public long TokensRead { get; init; }

    /// <summary>Number of tokens in <see cref="TokensRead"/> that came from the provider's cache, at a lower price.</summary>
    public long CacheRead { get; init; }

    /// <summary>Name of the account that paid, or empty if an earlier version of orchestrate wrote the file.</summary>
    public string Account
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Name of the agent in the settings, or empty if an earlier version of orchestrate wrote the file.</summary>
    public string Agent
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Number of the task's attempt, or 0 if the agent run does not belong to a task.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// True if the agent run ended because it had used up its share of a budget. The task continues when a larger share is available.
    /// </summary>
    public bool IsAtGrant { get; init; }

    /// <summary>Names of the models that the agent program reported, sorted by the number of tokens, largest first.</summary>
    public IReadOnlyList<string> Models
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Reason why snapshots failed while the agent was working, or empty if all succeeded.</summary>
    public string SnapshotProblem { get; set; } = "";

    /// <summary>Names of the subagents that were called.</summary>
    public IReadOnlyList<string> SubAgents { get; set; } = [];

    /// <summary>Tool calls that the agent's permissions denied.</summary>
    public IReadOnlyList<PermissionDenial> Denials { get; set; } = [];

    /// <summary>Creates the content of the file from the outcome of an agent run.</summary>
    public static AgentRunOutcomeFile Of(AgentOutcome outcome) =>
        new()
        {
            Session = outcome.SessionId ?? "",
            Failure = outcome.Failure,
            Detail = outcome.Detail,
            FinalText = outcome.FinalText,
            ExitCode = outcome.ExitCode,
            Turns = outcome.Turns,
            Cost = outcome.Usage.CostUsd,
            Tokens = outcome.Usage.Tokens.Total,
            TokensRead = outcome.Usage.Tokens.Total - outcome.Usage.Tokens.Output,
            CacheRead = outcome.Usage.Tokens.CacheRead,
            Models = [.. outcome.Usage.Models.OrderByDescending(model => model.Value.Tokens.Total).Select(model => model.Key)],
            SubAgents = outcome.SubAgents,
            Denials = outcome.Denials,
        };

    /// <summary>Writes the outcome file to an agent run's folder.</summary>
    public void Write(string folder) =>
        DurableFile.Write(
            Path.Combine(folder, FileName),
            JsonSerializer.SerializeToUtf8Bytes(this, AgentRunOutcomeJsonContext.Default.AgentRunOutcomeFile)
        );

    /// <summary>Reads the outcome file of an agent run. Returns null if the file is missing or unreadable.</summary>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    public static AgentRunOutcomeFile? Read(string folder) =>
        StoredJsonReader.TryRead(Path.Combine(folder, FileName), AgentRunOutcomeJsonContext.Default.AgentRunOutcomeFile);
}

[JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AgentRunOutcomeFile))]
internal sealed partial class AgentRunOutcomeJsonContext : JsonSerializerContext;
