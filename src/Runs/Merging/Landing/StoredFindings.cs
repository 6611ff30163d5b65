namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A finding in the commit to land that a user must review first.</summary>
internal interface ILandingFinding
{
    /// <summary>Key of the finding that is equal in all commits.</summary>
    string Key { get; }
}

/// <summary>Findings of a landing, as stored in the run's folder. A user who has seen them overrules them by requesting to land the same
/// commit again.</summary>
internal sealed record StoredFindings<T>
    where T : ILandingFinding
{
    /// <summary>Schema version of this document.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Commit whose findings these are.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Id of the landing attempt in which the check ran.</summary>
    public string Asking { get; init; } = "";

    /// <summary>Findings that no user has accepted, which prevent landing.</summary>
    public IReadOnlyList<T> InTheWay { get; init; } = [];

    /// <summary>Findings that a user accepted.</summary>
    public IReadOnlyList<T> Allowed { get; init; } = [];

    /// <summary>Combines these findings with those of a new check.</summary>
    /// <param name="found">Findings of the check.</param>
    /// <param name="tip">The checked commit.</param>
    /// <param name="asking">Id of this landing attempt. If a rejection was killed before it was reported, the retry has the same id and
    /// rejects again.</param>
    /// <param name="isAskedFor">True if a user requested the landing.</param>
    public StoredFindings<T> Judge(IReadOnlyList<T> found, string tip, string asking, bool isAskedFor)
    {
        var allowed = Allowed.Where(_ => isAskedFor).Select(finding => finding.Key).ToHashSet();
        var told = InTheWay.Select(finding => finding.Key).ToHashSet();
        var inTheWay = found.Where(finding => !allowed.Contains(finding.Key)).ToList();
        var now = this with { Commit = tip, Asking = asking, InTheWay = inTheWay };
        return isAskedFor && Commit == tip && Asking != asking && inTheWay.TrueForAll(finding => told.Contains(finding.Key))
            ? now with
            {
                InTheWay = [],
                Allowed = [.. Allowed, .. inTheWay],
            }
            : now;
    }

    /// <summary>Reads the findings for a report; null if nothing was ever found or the file is damaged.</summary>
    public static StoredFindings<T>? TryRead(string file) => StoredJson.TryRead(file, MessageJson.Options.TypeOf<StoredFindings<T>>());

    /// <summary>Reads the findings that were reported to a user, according to the run's history; null if there were none.</summary>
    /// <param name="file">Path of the file with the findings.</param>
    public static StoredFindings<T>? Told(RunFiles files, string file) =>
        files.Decisions!.TryRead(files.Folder, RunFiles.Named(files.Folder, file)) is { } json
            ? JsonSerializer.Deserialize<StoredFindings<T>>(json, MessageJson.Options)
            : null;

    /// <summary>Serializes the findings.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
}
