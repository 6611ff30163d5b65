namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A finding in what is to land that a person must see before.</summary>
internal interface ILandingFinding
{
    /// <summary>Identifies it in any commit.</summary>
    string Key { get; }
}

/// <summary>Findings of a landing, as stored in the run's folder. A person who saw them, and asks to land the same commit again, overrules
/// them.</summary>
internal sealed record StoredFindings<T>
    where T : ILandingFinding
{
    /// <summary>Version of this document's shape.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The checked commit.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Identifies the landing attempt of the check.</summary>
    public string Asking { get; init; } = "";

    /// <summary>Findings that no person has accepted.</summary>
    public IReadOnlyList<T> InTheWay { get; init; } = [];

    /// <summary>Findings that a person accepted.</summary>
    public IReadOnlyList<T> Allowed { get; init; } = [];

    /// <summary>The findings after a check of a commit.</summary>
    /// <param name="found">The findings.</param>
    /// <param name="tip">The commit.</param>
    /// <param name="asking">Identifies this landing attempt: a refusal that was killed before it was reported is made again, not
    /// overruled.</param>
    /// <param name="isAskedFor">A person asks.</param>
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

    /// <summary>Reads it for a report; null where nothing was ever found, or somebody has damaged the file.</summary>
    public static StoredFindings<T>? TryRead(string file) => StoredJson.TryRead(file, MessageJson.Options.TypeOf<StoredFindings<T>>());

    /// <summary>The findings that a person was told of, as the run's history has them; null where there were none.</summary>
    /// <param name="file">Where they are stored.</param>
    public static StoredFindings<T>? Told(RunFiles files, string file) =>
        files.Decisions!.TryRead(files.Folder, RunFiles.Named(files.Folder, file)) is { } json
            ? JsonSerializer.Deserialize<StoredFindings<T>>(json, MessageJson.Options)
            : null;

    /// <summary>The stored form.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options);
}
