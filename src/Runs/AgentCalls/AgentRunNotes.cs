namespace Orchestrator.Runs.AgentCalls;

/// <summary>The end of an agent run, stored in its folder for reports.</summary>
public sealed record AgentRunNotes
{
    private const string FileName = "outcome.json";
    public string Session { get; set; } = "";

    [JsonConverter(typeof(JsonStringEnumConverter<AgentFailure>))]
    public AgentFailure Failure { get; init; }
    public string Detail { get; set; } = "";
    public string FinalText { get; set; } = "";
    public int? ExitCode { get; init; }
    public int Turns { get; init; }
    public decimal Cost { get; init; }
    public long Tokens { get; init; }

    /// <summary>The part of <see cref="Tokens"/> that the models read, from a cache or not.</summary>
    public long TokensRead { get; init; }

    /// <summary>The part of <see cref="TokensRead"/> that came from the provider's cache, at a tenth of the price.</summary>
    public long CacheRead { get; init; }

    /// <summary>The account that paid; empty in notes of earlier versions.</summary>
    public string Account
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The attempt of the agent run; 0 where it is none of a task's.</summary>
    public int Attempt { get; init; }

    /// <summary>The run was ended because it had used its part of a budget, and goes on when there is more.</summary>
    public bool IsAtGrant { get; init; }

    /// <summary>The models that its program reported, the one with the most tokens first.</summary>
    public IReadOnlyList<string> Models
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Why snapshots failed while it worked; empty where none failed.</summary>
    public string SnapshotProblem { get; set; } = "";
    public IReadOnlyList<string> SubAgents { get; set; } = [];
    public IReadOnlyList<PermissionDenial> Denials { get; set; } = [];

    /// <summary>The notes of an outcome.</summary>
    public static AgentRunNotes Of(AgentOutcome outcome) =>
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

    public void Write(string folder) =>
        DurableFile.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, StartNotesJson.Default.AgentRunNotes));

    /// <summary>The notes of an agent run, for reports and prompts; null where there are none that can be read.</summary>
    public static AgentRunNotes? Read(string folder) =>
        StoredJson.TryRead(Path.Combine(folder, FileName), StartNotesJson.Default.AgentRunNotes);
}

[JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AgentRunNotes))]
internal sealed partial class StartNotesJson : JsonSerializerContext;
