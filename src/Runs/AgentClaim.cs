namespace Orchestrator.Runs;

/// <summary>What an agent says about its own work, by <c>orchestrate done</c> or <c>orchestrate blocked</c>: a claim, to be compared with
/// facts.</summary>
/// <remarks>It lies as <c>claim.json</c> in the start's folder, so that it needs no running orchestrator; a later claim of the same start
/// replaces it.</remarks>
public sealed record AgentClaim
{
    /// <summary>Name of the file in the start's folder.</summary>
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

    /// <summary>Why, in the agent's words; empty where it gave none.</summary>
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

    /// <summary>The packages are for development alone: tests, tools.</summary>
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

    /// <summary>Files of others that it would have to write.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<string> Files
    {
        get;
        init => field = Said(value);
    } = [];

    /// <summary>The smaller tasks it proposes in place of its own, which is too big.</summary>
    [JsonPropertyName("split")]
    public IReadOnlyList<string> Split
    {
        get;
        init => field = Said(value);
    } = [];

    /// <summary>A file the agent wrote about its work, relative to its worktree; null for none.</summary>
    [JsonPropertyName("report")]
    public string? Report { get; init; }

    /// <summary>What it says that it measured, in the order it was said.</summary>
    [JsonPropertyName("measured")]
    public IReadOnlyList<ClaimedMeasurement> Measured
    {
        get;
        init => field = value is null ? [] : [.. value.Where(figure => figure?.Name is not null)];
    } = [];

    /// <summary>The tool call it was said by: the same call said again changes nothing. Null where it was a command.</summary>
    [JsonPropertyName("call")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Call { get; init; }

    /// <summary>When it was said, UTC.</summary>
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; init; }

    /// <summary>Writes the claim aside and renames it, so that nobody reads half of one.</summary>
    /// <param name="folder">The start's folder (<c>ORCHESTRATOR_START</c>).</param>
    public void Write(string folder)
    {
        var aside = Path.Combine(folder, $"{FileName}.{Guid.NewGuid():N}");
        File.WriteAllText(aside, JsonSerializer.Serialize(this, AgentClaimJson.Default.AgentClaim) + "\n");
        File.Move(aside, Path.Combine(folder, FileName), overwrite: true);
    }

    /// <summary>The start's claim, or null where there is none that can be read.</summary>
    /// <param name="folder">The start's folder.</param>
    public static AgentClaim? TryRead(string folder) => TryRead(folder, out _);

    /// <summary>The start's claim, or null where there is none that can be read. The agent may write into the folder: whatever lies there
    /// is no reason to fail.</summary>
    /// <param name="folder">The start's folder.</param>
    /// <param name="problem">Why what is there is no claim, in a sentence; empty where there is nothing, or a claim.</param>
    public static AgentClaim? TryRead(string folder, out string problem)
    {
        problem = "";
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists && file.LinkTarget is null)
        {
            return null;
        }
        // A pipe and a device are without length, too: opening them could wait for ever.
        if (file.LinkTarget is not null || file.Length is 0 or > LargestFile)
        {
            problem = $"{FileName} is no file of 1 to {LargestFile} bytes: it counts as no claim.";
            return null;
        }
        try
        {
            if (
                JsonSerializer.Deserialize(File.ReadAllText(file.FullName), AgentClaimJson.Default.AgentClaim) is
                { Task: not null, Status: "completed" or "blocked" or "failed" } claim
            )
            {
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

/// <summary>A figure as an agent says that it measured it.</summary>
/// <param name="Name">The measurement's name in the plan.</param>
public sealed record ClaimedMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("number")] decimal Number
);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(AgentClaim))]
internal sealed partial class AgentClaimJson : JsonSerializerContext;
