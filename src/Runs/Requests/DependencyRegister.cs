namespace Orchestrator.Runs.Requests;

/// <summary>A package that the agent of a task has asked for, and what became of it.</summary>
internal sealed record DependencyEntry
{
    public const string Asked = "asked";
    public const string Installed = "installed";
    public const string Refused = "refused";

    public required string Task { get; init; }

    /// <summary>The start of its agent.</summary>
    public required int Start { get; init; }

    /// <summary>The ecosystem, such as <c>pypi</c>.</summary>
    public required string Ecosystem { get; init; }

    /// <summary>The manifest that names it, relative to the repository.</summary>
    public required string Manifest { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public IReadOnlyList<string> Extras { get; set; } = [];

    /// <inheritdoc cref="PackageRequest.IsForDevelopment"/>
    public bool IsForDevelopment { get; set; }

    /// <summary>One of the above.</summary>
    public required string State { get; init; }

    /// <summary>The no of a person, in words; null: none was said.</summary>
    public string? Refusal { get; init; }

    /// <summary>The package as it was asked for.</summary>
    [JsonIgnore]
    public PackageRequest Package => new(Name, Version, Extras) { IsForDevelopment = IsForDevelopment };
}

/// <summary>The packages that agents of a run have asked for: a file of the run's folder, one writer at a time.</summary>
internal sealed class DependencyRegister(RunFolder folder)
{
    private readonly ListFile<DependencyEntry> _file = new(
        Path.Combine(folder.Path, "dependencies.json"),
        DependencyJson.Default.IReadOnlyListDependencyEntry
    );

    /// <summary>All of them, in the order in which they were asked for first.</summary>
    public IReadOnlyList<DependencyEntry> Read() => _file.Read();

    /// <summary>What a start has asked for.</summary>
    public IReadOnlyList<DependencyEntry> Of(string task, int start) => [.. Read().Where(entry => IsOf(entry, task, start))];

    /// <summary>Looks at what there is and puts in its place what comes of it, with nobody in between.</summary>
    /// <param name="change">The entries to be kept.</param>
    /// <param name="stop">Ends the waiting for others.</param>
    public Task ChangeAsync(Func<IReadOnlyList<DependencyEntry>, IReadOnlyList<DependencyEntry>> change, CancellationToken stop) =>
        _file.ChangeAsync(change, stop);

    /// <summary>What a start has asked for came to this.</summary>
    public Task SettleAsync(string task, int start, string state, string? refusal, CancellationToken stop) =>
        ChangeAsync(
            all => [.. all.Select(entry => IsOf(entry, task, start) ? entry with { State = state, Refusal = refusal } : entry)],
            stop
        );

    /// <summary>What a person said no to when this task asked for the same before; null: nothing.</summary>
    public DependencyEntry? RefusedBefore(string task, int start, string manifest, PackageRequest package) =>
        Read()
            .LastOrDefault(entry =>
                entry.Task == task
                && entry.Start < start
                && entry.Refusal is not null
                && entry.Manifest == manifest
                && entry.Name == package.Name
                && entry.Version == package.Version
            );

    /// <summary>Whether an entry is of a start.</summary>
    public static bool IsOf(DependencyEntry entry, string task, int start) => entry.Task == task && entry.Start == start;
}

[JsonSerializable(typeof(IReadOnlyList<DependencyEntry>))]
internal sealed partial class DependencyJson : JsonSerializerContext;
