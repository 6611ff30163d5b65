namespace Orchestrator.Runs.Landing;

/// <summary>Something in what is to land that a person has to hear of before.</summary>
internal interface ILandingFinding
{
    /// <summary>What tells it from others, in whichever commit it is found.</summary>
    string Key { get; }
}

/// <summary>What was found when a run was to land, as it is kept in its folder. A person who was told of it, and asks for the same commit
/// once more, lets it land.</summary>
internal sealed record StoredFindings<T>
    where T : ILandingFinding
{
    /// <summary>Version of this document's shape.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The commit that was looked at.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The asking that it was looked at for.</summary>
    public string Asking { get; init; } = "";

    /// <summary>What nobody has said a word about.</summary>
    public IReadOnlyList<T> InTheWay { get; init; } = [];

    /// <summary>What a person lets land.</summary>
    public IReadOnlyList<T> Allowed { get; init; } = [];

    /// <summary>What holds after a look at a commit.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="tip">The commit.</param>
    /// <param name="asking">Names this asking: a refusal that was killed before anybody heard of it is made again, not overruled.</param>
    /// <param name="isAskedFor">A person asks. The file lies where agents can write: without one it says nothing.</param>
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

    /// <summary>Reads it; null where nothing was ever found.</summary>
    public static StoredFindings<T>? TryRead(string file) =>
        DurableFile.TryRead(file) is { } json ? JsonSerializer.Deserialize<StoredFindings<T>>(json, MessageJson.Options) : null;

    /// <summary>Writes it for programs.</summary>
    public void Write(string file) => DurableFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(this, MessageJson.Options));
}
