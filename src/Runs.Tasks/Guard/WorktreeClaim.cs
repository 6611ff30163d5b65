using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks;

/// <summary>The older way to report completion: <c>.task-status.json</c> in the worktree. It is read once and never committed.</summary>
internal sealed record WorktreeClaim
{
    /// <summary>Name of the file, at the worktree's root.</summary>
    public const string FileName = ".task-status.json";

    /// <summary>The most bytes of a claim: its content becomes part of a run's record, so a larger file is no claim.</summary>
    private const int LargestFile = 8 * 1024;

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Agents omit it when they name what they need.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    [JsonPropertyName("needs_dependency")]
    public JsonElement? NeedsDependency { get; init; }

    /// <summary>Moves the file's content to the agent run's folder as a claim; null where there is none or it can't be read.</summary>
    public static AgentClaim? Take(AgentStart start)
    {
        var worktree = new WorktreeFiles(start.WorkingDirectory);
        // If it is something else, the ownership check names it.
        if (
            worktree.TryRead(FileName, LargestFile) is not { } text
            || StoredJson.TryParse(text, WorktreeClaimJson.Default.WorktreeClaim) is not { } found
        )
        {
            return null;
        }
        IReadOnlyList<string> needs = found.NeedsDependency switch
        {
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Select(e => e.ToString())],
            { ValueKind: JsonValueKind.Object } named => [.. named.EnumerateObject().Select(p => $"{p.Name}{p.Value}")],
            _ => [],
        };
        if (needs.Count == 0 && string.IsNullOrWhiteSpace(found.Status))
        {
            return null;
        }
        var status = needs.Count > 0 ? "blocked" : StatusOf(found.Status);
        var claim = new AgentClaim
        {
            Status = status,
            Task = start.Task,
            Reason = found.Reason ?? (status == "failed" ? $"its status is '{FileNames.Show(found.Status!)}'" : ""),
            Needs = needs,
        };
        claim.Write(start.Folder);
        worktree.RemoveFile(FileName);
        return claim;
    }

    /// <summary>An agent that names a state that we don't know has not said that it is done.</summary>
    private static string StatusOf(string? said) =>
        said?.Trim().ToLowerInvariant() switch
        {
            "completed" or "complete" or "done" or "success" => "completed",
            "blocked" => "blocked",
            _ => "failed",
        };
}

[JsonSerializable(typeof(WorktreeClaim))]
internal sealed partial class WorktreeClaimJson : JsonSerializerContext;
