using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// An agent's claim in the older file format, which is the file <c>.task-status.json</c> in the worktree. The file is read once and never
/// committed.
/// </summary>
internal sealed record WorktreeClaim
{
    /// <summary>Name of the file in the worktree's root in which an agent declares, in the older format, that its task is done.</summary>
    public const string FileName = ".task-status.json";

    /// <summary>
    /// Maximum size of the file in bytes. A larger file is rejected, because its content becomes part of the run's history.
    /// </summary>
    private const int LargestFile = 8 * 1024;

    /// <summary>State of the task, as the agent reports it.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Reason for the state. Agents that list their needs may omit the reason.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>Packages that the agent needs.</summary>
    [JsonPropertyName("needs_dependency")]
    public JsonElement? NeedsDependency { get; init; }

    /// <summary>
    /// Converts the file to a claim in the agent run's folder, and removes the file. Returns null if the file is missing, unreadable or
    /// contains no claim.
    /// </summary>
    public static AgentOutcomeClaim? MoveToRunFolder(AgentRunParameters start)
    {
        var worktree = new WorktreeFileReaderAndWriter(start.WorkingDirectory);
        // The ownership check reports anything that is not a regular file.
        if (
            worktree.TryRead(FileName, LargestFile) is not { } text
            || StoredJsonReader.TryParse(text, WorktreeClaimJsonContext.Default.WorktreeClaim) is not { } found
        )
        {
            return null;
        }
        var needs = NeedsOf(found.NeedsDependency);
        if (needs.Count == 0 && string.IsNullOrWhiteSpace(found.Status))
        {
            return null;
        }
        var status = needs.Count > 0 ? "blocked" : StatusOf(found.Status);
        var claim = new AgentOutcomeClaim
        {
            Status = status,
            Task = start.Task,
            Reason = found.Reason ?? (status == "failed" ? $"its status is '{FileNameEncoding.Show(found.Status!)}'" : ""),
            Needs = needs,
        };
        claim.Write(start.Folder);
        worktree.RemoveFile(FileName);
        return claim;
    }

    /// <summary>
    /// Returns the packages that the claim requests. One package is a string, or an object with <c>name</c> and <c>version</c>. Several
    /// packages are an array of these, or an object that maps names to versions.
    /// </summary>
    private static IReadOnlyList<string> NeedsOf(JsonElement? needs) =>
        needs switch
        {
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().SelectMany(one => NeedsOf(one))],
            { ValueKind: JsonValueKind.Object } one when one.TryGetProperty("name", out var name) =>
            [
                Package($"{name}", one.TryGetProperty("version", out var version) ? $"{version}" : ""),
            ],
            { ValueKind: JsonValueKind.Object } many => [.. many.EnumerateObject().Select(one => Package(one.Name, $"{one.Value}"))],
            _ => [],
        };

    private static string Package(string name, string version) =>
        version.Length > 0 && char.IsAsciiLetterOrDigit(version[0]) ? $"{name}@{version}" : name + version;

    /// <summary>Maps the state in the file to the state of a claim. An unknown state does not count as completed.</summary>
    private static string StatusOf(string? said) =>
        said?.Trim().ToLowerInvariant() switch
        {
            "completed" or "complete" or "done" or "success" => "completed",
            "blocked" => "blocked",
            _ => "failed",
        };
}

[JsonSerializable(typeof(WorktreeClaim))]
internal sealed partial class WorktreeClaimJsonContext : JsonSerializerContext;
