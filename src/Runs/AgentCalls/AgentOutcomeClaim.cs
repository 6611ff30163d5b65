namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// An agent's claim about its own work, made with <c>orchestrate done</c> or <c>orchestrate blocked</c>. Gates and other checks verify the
/// claim.
/// </summary>
/// <remarks>Stored as <c>out/claim.json</c> in the agent run's folder, so that an agent can make a claim without a running orchestrator. A
/// later claim in the same agent run replaces an earlier one.</remarks>
public sealed record AgentOutcomeClaim
{
    /// <summary>Name of the claim file.</summary>
    public const string FileName = "claim.json";

    /// <summary>Maximum size of a claim file in bytes. A larger file is not a valid claim.</summary>
    private const int LargestFile = 256 * 1024;

    /// <summary>Version of the file format.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;

    /// <summary>The state that the agent claims for the task, which is <c>completed</c>, <c>blocked</c> or <c>failed</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>
    /// Id of the task or phase that the agent claims to have worked on. The command that records the claim checks that the agent run
    /// belongs to this task or phase.
    /// </summary>
    [JsonPropertyName("task")]
    public required string Task { get; init; }

    /// <summary>Reason in the agent's words, or empty if the agent gave none.</summary>
    [JsonPropertyName("reason")]
    public string Reason
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Packages that the agent needs, such as <c>pandas>=2.0</c>.</summary>
    [JsonPropertyName("needs")]
    public IReadOnlyList<string> Needs
    {
        get;
        init => field = CleanTexts(value);
    } = [];

    /// <summary>True if the packages are needed only for development, such as for tests or tools.</summary>
    [JsonPropertyName("dev")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsForDevelopment { get; set; }

    /// <summary>
    /// Folder of the project to whose manifest the packages are added, relative to the repository. Empty for the repository's root.
    /// </summary>
    [JsonPropertyName("in")]
    public string In
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Files outside the task's ownership that the agent needs to write.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<string> Files
    {
        get;
        init => field = CleanTexts(value);
    } = [];

    /// <summary>Smaller tasks that the agent proposes as a replacement if its own task is too large.</summary>
    [JsonPropertyName("split")]
    public IReadOnlyList<string> Split
    {
        get;
        init => field = CleanTexts(value);
    } = [];

    /// <summary>Changes that the agent dropped to resolve a conflict, each as <c>FILE: LINE</c>, or <c>FILE</c> for a whole file.</summary>
    [JsonPropertyName("dropped")]
    public IReadOnlyList<string> Dropped
    {
        get;
        init => field = CleanTexts(value);
    } = [];

    /// <summary>Path of the agent's report about its work, relative to the worktree, or null if the agent wrote none.</summary>
    [JsonPropertyName("report")]
    public string? Report { get; init; }

    /// <summary>Values that the agent claims to have measured, in the order of the claim.</summary>
    [JsonPropertyName("measured")]
    public IReadOnlyList<ClaimedMeasurement> Measured
    {
        get;
        init => field = value is null ? [] : [.. value.Where(figure => figure?.Name is not null)];
    } = [];

    /// <summary>
    /// Id of the tool call that made the claim, or null if a command made it. A repeated tool call with the same id has no effect.
    /// </summary>
    [JsonPropertyName("call")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Call { get; init; }

    /// <summary>Time of the claim in UTC.</summary>
    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; init; }

    /// <summary>
    /// Returns the path of the claim file. Only the agent of the same agent run can write to the folder that contains the file.
    /// </summary>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    public static string PathIn(string folder) => Path.Combine(folder, AgentRunParameters.OutFolder, FileName);

    /// <summary>Writes the claim by atomically replacing the file, so that no reader sees an incomplete claim.</summary>
    /// <param name="folder">Absolute path of the agent run's folder (<c>ORCHESTRATOR_START</c>).</param>
    public void Write(string folder) =>
        SymlinkSafeFileWriter.Write(
            PathIn(folder),
            JsonSerializer.Serialize(this, AgentOutcomeClaimJsonContext.Default.AgentOutcomeClaim) + "\n"
        );

    /// <summary>
    /// Reads the claim whose hash the run's history recorded when the agent run ended. Returns null if the agent made no claim.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="start">Number of the agent run within its task.</param>
    /// <param name="hash">Hash of the claim in the run's history, or empty if the agent made no claim.</param>
    /// <exception cref="RunStepFailedException">The file is missing or was changed.</exception>
    public static AgentOutcomeClaim? Read(RunFolder folder, string task, int start, string hash) =>
        hash.Length == 0
            ? null
            : JsonSerializer.Deserialize(
                HashVerifiedFile.Read(folder, PathIn(folder.Start(task, start)), hash),
                AgentOutcomeClaimJsonContext.Default.AgentOutcomeClaim
            );

    /// <summary>Reads the claim of an agent run. Returns null if no valid claim exists.</summary>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    public static AgentOutcomeClaim? TryRead(string folder) => TryRead(folder, out _, out _);

    /// <summary>
    /// Reads the claim of an agent run. Returns null if no valid claim exists. Invalid content never causes an exception, because the agent
    /// can write to the file.
    /// </summary>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    /// <param name="hash">SHA-256 of the file in hexadecimal, or empty if the file does not exist.</param>
    /// <param name="problem">Sentence that explains why the file is not a valid claim. Empty if the claim is valid or the file does not
    /// exist.</param>
    public static AgentOutcomeClaim? TryRead(string folder, out string hash, out string problem)
    {
        (hash, problem) = ("", "");
        var path = PathIn(folder);
        try
        {
            if (RegularFileReader.TryRead(path, LargestFile) is not { Length: > 0 } content)
            {
                problem =
                    Path.Exists(path) || new FileInfo(path).LinkTarget is not null
                        ? $"{FileName} is not a regular file of 1 to {LargestFile} bytes, so it is ignored."
                        : "";
                return null;
            }
            if (
                JsonSerializer.Deserialize(content, AgentOutcomeClaimJsonContext.Default.AgentOutcomeClaim) is
                { Task: not null, Status: "completed" or "blocked" or "failed" } claim
            )
            {
                hash = HashVerifiedFile.HashOf(content);
                return claim;
            }
            problem = $"{FileName} is ignored, because its 'status' is not completed, blocked or failed.";
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"{FileName} is ignored: {fault.Message}";
        }
        return null;
    }

    private static IReadOnlyList<string> CleanTexts(IReadOnlyList<string>? texts) =>
        texts is null ? [] : [.. texts.Where(text => text is not null)];
}

/// <summary>A value that an agent claims to have measured.</summary>
/// <param name="Name">Name of the measurement in the plan.</param>
public sealed record ClaimedMeasurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("number")] decimal Number
);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(AgentOutcomeClaim))]
internal sealed partial class AgentOutcomeClaimJsonContext : JsonSerializerContext;
