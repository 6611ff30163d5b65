namespace Orchestrator.Runs.Merging.Landing;

/// <summary>A finding in the commit to land that a user must review before the landing.</summary>
internal interface IPreLandingProblem
{
    /// <summary>Key of the finding, which does not depend on the commit.</summary>
    string Key { get; }
}

/// <summary>
/// Findings of a check before a landing, as they are stored in the run's folder. If the user requests the landing of the same commit again,
/// the findings that the user has seen are accepted.
/// </summary>
internal sealed record PreLandingCheckProblemList<T>
    where T : IPreLandingProblem
{
    /// <summary>Version of the file format.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Hash of the commit that was checked.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Id of the landing attempt that ran the check.</summary>
    public string Asking { get; init; } = "";

    /// <summary>Findings that prevent the landing because no user has accepted them.</summary>
    public IReadOnlyList<T> InTheWay { get; init; } = [];

    /// <summary>Findings that a user has accepted.</summary>
    public IReadOnlyList<T> Allowed { get; init; } = [];

    /// <summary>Combines the stored findings with those of a new check.</summary>
    /// <param name="found">Findings of the new check.</param>
    /// <param name="tip">Hash of the checked commit.</param>
    /// <param name="asking">Id of this landing attempt. A repeated attempt has the same id, and rejects the landing again if its first
    /// rejection was not reported.</param>
    /// <param name="isAskedFor">True if a user requested the landing.</param>
    public PreLandingCheckProblemList<T> Judge(IReadOnlyList<T> found, string tip, string asking, bool isAskedFor)
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

    /// <summary>Reads the findings for a report. Returns null if the run never had findings or the file is damaged.</summary>
    public static PreLandingCheckProblemList<T>? TryRead(string file) =>
        StoredJsonReader.TryRead(file, PayloadJsonOptions.Options.TypeOf<PreLandingCheckProblemList<T>>());

    /// <summary>Reads the findings that the run's history marks as reported to a user. Returns null if there are none.</summary>
    /// <param name="file">Path of the file with the findings.</param>
    public static PreLandingCheckProblemList<T>? ReadReported(RunPlanAndSettings files, string file) =>
        files.Decisions!.TryRead(files.Folder, RunPlanAndSettings.Named(files.Folder, file)) is { } json
            ? JsonSerializer.Deserialize<PreLandingCheckProblemList<T>>(json, PayloadJsonOptions.Options)
            : null;

    /// <summary>Serializes the findings as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PayloadJsonOptions.Options);
}
