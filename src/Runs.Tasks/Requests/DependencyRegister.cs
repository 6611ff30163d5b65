using Orchestrator.Packages;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>A package that a task's agent has requested, and the result.</summary>
public sealed record DependencyEntry
{
    public const string Asked = "asked";
    public const string Installed = "installed";
    public const string Refused = "refused";

    public required string Task { get; init; }

    /// <summary>Number of the agent run.</summary>
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

    /// <summary>A person's refusal; null: none.</summary>
    public string? Refusal { get; init; }

    /// <summary>Notes a package in the register.</summary>
    /// <param name="package">The package.</param>
    /// <param name="task">Whose agent asks.</param>
    /// <param name="start">Number of the agent run.</param>
    public static DependencyEntry Of(RequestedPackage package, string task, int start) =>
        new()
        {
            Task = task,
            Start = start,
            Ecosystem = package.Ecosystem,
            Manifest = package.Manifest,
            Name = package.Name,
            Version = package.Version,
            Extras = package.Extras,
            IsForDevelopment = package.IsForDevelopment,
            State = Asked,
        };

    /// <summary>The package as requested.</summary>
    [JsonIgnore]
    public PackageRequest Package => new(Name, Version, Extras) { IsForDevelopment = IsForDevelopment };
}

/// <summary>The packages that agents of a run have requested: a file of the run's folder, one writer at a time. It is for reports, and so
/// that tasks hear of each other's requests before a person is asked. What is asked about and installed is in the run's history
/// (<see cref="RequestVerdict.Packages"/>).</summary>
public sealed class DependencyRegister(RunFolder folder)
{
    private const int MostNamed = 20;

    private readonly ListFile<DependencyEntry> _file = new(
        Path.Combine(folder.Path, "dependencies.json"),
        DependencyJson.Default.IReadOnlyListDependencyEntry
    );

    /// <summary>All entries, in the order of the first request.</summary>
    public IReadOnlyList<DependencyEntry> Read() => _file.Read();

    /// <summary>Replaces the entries under the file's lock.</summary>
    /// <param name="change">The entries to be kept.</param>
    /// <param name="stop">Ends the waiting for others.</param>
    public Task ChangeAsync(Func<IReadOnlyList<DependencyEntry>, IReadOnlyList<DependencyEntry>> change, CancellationToken stop) =>
        _file.ChangeAsync(change, stop);

    /// <summary>Sets the result of an agent run's requests.</summary>
    public Task SettleAsync(string task, int start, string state, string? refusal, CancellationToken stop) =>
        ChangeAsync(
            all => [.. all.Select(entry => IsOf(entry, task, start) ? entry with { State = state, Refusal = refusal } : entry)],
            stop
        );

    /// <summary>The entry that a person refused when this task requested the same before; null: none.</summary>
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

    /// <summary>Packages in a few words.</summary>
    /// <param name="packages">All of one request.</param>
    public static string Names(IEnumerable<RequestedPackage> packages) =>
        FileNames.Some([.. packages.Select(package => RequestOf(package).ToString())], MostNamed);

    /// <summary>The request of a package that was read before.</summary>
    public static PackageRequest RequestOf(RequestedPackage package) =>
        new(package.Name, package.Version, package.Extras) { IsForDevelopment = package.IsForDevelopment };

    /// <summary>True if an entry is of an agent run.</summary>
    public static bool IsOf(DependencyEntry entry, string task, int start) => entry.Task == task && entry.Start == start;
}

[JsonSerializable(typeof(IReadOnlyList<DependencyEntry>))]
internal sealed partial class DependencyJson : JsonSerializerContext;
