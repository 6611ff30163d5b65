namespace Orchestrator.Runs.AgentCalls;

/// <summary>An agent's report about its own work, by <c>orchestrate done</c> or <c>orchestrate blocked</c>: a claim, to be compared with
/// facts.</summary>
/// <remarks>Stored as <c>out/claim.json</c> in the agent run's folder, so that it needs no running orchestrator; a later claim of the same
/// agent run replaces it.</remarks>
public sealed record AgentClaim
{
    /// <summary>Name of the file in the agent run's folder.</summary>
    public const string FileName = "claim.json";

    /// <summary>The largest file that is read, in bytes: a reason is a few sentences.</summary>
    private const int LargestFile = 256 * 1024;

    /// <summary>Version of the file's shape.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary><c>completed</c>, <c>blocked</c> or <c>failed</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>The task or phase the agent named; it is checked by the command against the start's own.</summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>Why, in the agent's words; empty where no reason was given.</summary>
    [JsonPropertyName("reason")]
    public string Reason
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Packages the agent needs, such as <c>pandas>=2.0</c>.</summary>
    [JsonPropertyName("needs")]
    public IReadOnlyList<string> Needs
    {
        get;
        init => field = Said(value);
    } = [];

    /// <summary>The packages are for development only: tests, tools.</summary>
    [JsonPropertyName("dev")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsForDevelopment { get; set; }

    /// <summary>Folder of the project that the packages are for, relative to the repository; empty: its root.</summary>
    [JsonPropertyName("in")]
    public string In
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Files of others that it needs to write.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<string> Files
    {
        get;
        init => field = Said(value);
    } = [];

    /// <summary>The smaller tasks that it proposes in place of its own, if that is too big.</summary>
    [JsonPropertyName("split")]
    public IReadOnlyList<string> Split
    {
        get;
        init => field = Said(value);
    } = [];

    /// <summary>A file the agent wrote about its work, relative to its worktree; null for none.</summary>
    [JsonPropertyName("report")]
    public string? Report { get; init; }

    /// <summary>Numbers that it claims to have measured, in order.</summary>
    [JsonPropertyName("measured")]
    public IReadOnlyList<ClaimedMeasurement> Measured
    {
        get;
        init => field = value is null ? [] : [.. value.Where(figure => figure?.Name is not null)];
    } = [];

    /// <summary>Id of the tool call of the claim: repeating the same call changes nothing. Null for a command.</summary>
    [JsonPropertyName("call")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Call { get; init; }

    /// <summary>Time of the claim, UTC.</summary>
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; init; }

    /// <summary>The claim's file: in the folder that only the agent of this start can write.</summary>
    /// <param name="folder">The start's folder.</param>
    public static string PathIn(string folder) => Path.Combine(folder, AgentStart.OutFolder, FileName);

    /// <summary>Writes a temporary file and renames it, so that a partial claim is never read.</summary>
    /// <param name="folder">The agent run's folder (<c>ORCHESTRATOR_START</c>).</param>
    public void Write(string folder) =>
        OwnFile.Write(PathIn(folder), JsonSerializer.Serialize(this, AgentClaimJson.Default.AgentClaim) + "\n");

    /// <summary>The claim that an agent run had made when it ended.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="start">Number of the agent run.</param>
    /// <param name="hash">As the run's history has it; empty: there was none.</param>
    /// <exception cref="StepException">It is gone or was changed since.</exception>
    public static AgentClaim? Read(RunFolder folder, string task, int start, string hash) =>
        hash.Length == 0
            ? null
            : JsonSerializer.Deserialize(
                BoundFile.Read(folder, PathIn(folder.Start(task, start)), hash),
                AgentClaimJson.Default.AgentClaim
            );

    /// <summary>The agent run's claim, or null where there is none that can be read.</summary>
    /// <param name="folder">The start's folder.</param>
    public static AgentClaim? TryRead(string folder) => TryRead(folder, out _, out _);

    /// <summary>The agent run's claim, or null where there is none that can be read. The agent can write to the folder, so no content
    /// causes an exception.</summary>
    /// <param name="folder">The start's folder.</param>
    /// <param name="hash">SHA-256 of the file; empty where there is no claim.</param>
    /// <param name="problem">Why the file is no claim, in a sentence; empty where there is none, or a claim.</param>
    public static AgentClaim? TryRead(string folder, out string hash, out string problem)
    {
        (hash, problem) = ("", "");
        var path = PathIn(folder);
        try
        {
            if (RegularFile.TryRead(path, LargestFile) is not { Length: > 0 } content)
            {
                problem =
                    Path.Exists(path) || new FileInfo(path).LinkTarget is not null
                        ? $"{FileName} is no file of 1 to {LargestFile} bytes: it counts as no claim."
                        : "";
                return null;
            }
            if (
                JsonSerializer.Deserialize(content, AgentClaimJson.Default.AgentClaim) is
                { Task: not null, Status: "completed" or "blocked" or "failed" } claim
            )
            {
                hash = BoundFile.HashOf(content);
                return claim;
            }
            problem = $"{FileName} has no 'status' of completed, blocked or failed: it counts as no claim.";
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"{FileName} counts as no claim: {fault.Message}";
        }
        return null;
    }

    private static IReadOnlyList<string> Said(IReadOnlyList<string>? texts) =>
        texts is null ? [] : [.. texts.Where(text => text is not null)];
}

/// <summary>A number that an agent claims to have measured.</summary>
/// <param name="Name">The measurement's name in the plan.</param>
public sealed record ClaimedMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("number")] decimal Number
);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(AgentClaim))]
internal sealed partial class AgentClaimJson : JsonSerializerContext;
