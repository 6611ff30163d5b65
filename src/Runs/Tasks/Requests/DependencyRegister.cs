using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>A package that a task's agent requested, with the result.</summary>
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

    /// <summary>The manifest that lists the package, relative to the repository.</summary>
    public required string Manifest { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public IReadOnlyList<string> Extras { get; set; } = [];

    /// <inheritdoc cref="PackageRequest.IsForDevelopment"/>
    public bool IsForDevelopment { get; set; }

    /// <summary>One of the states above.</summary>
    public required string State { get; init; }

    /// <summary>The refusal by a user, or null if none.</summary>
    public string? Refusal { get; init; }

    /// <summary>Creates the entry for a package.</summary>
    /// <param name="package">The package.</param>
    /// <param name="task">Id of the task whose agent requests it.</param>
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

/// <summary>Packages that agents of a run requested, stored in the run's folder with one writer at a time. It is used for reports, and to
/// detect conflicting requests of tasks before a user is asked. The run's history records the requests to users and the installed packages
/// (<see cref="RequestVerdict.Packages"/>).</summary>
public sealed class DependencyRegister(RunFolder folder)
{
    private const int MostNamed = 20;

    private readonly ListFile<DependencyEntry> _file = new(
        Path.Combine(folder.Path, "dependencies.json"),
        DependencyJson.Default.IReadOnlyListDependencyEntry
    );

    /// <summary>Reads all entries in the order of the first request.</summary>
    public IReadOnlyList<DependencyEntry> Read() => _file.Read();

    /// <summary>Replaces the entries under the file's lock.</summary>
    /// <param name="change">Returns the new entries for the current ones.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    public Task ChangeAsync(Func<IReadOnlyList<DependencyEntry>, IReadOnlyList<DependencyEntry>> change, CancellationToken stop) =>
        _file.ChangeAsync(change, stop);

    /// <summary>Records the result of an agent run's requests.</summary>
    public Task SettleAsync(string task, int start, string state, string? refusal, CancellationToken stop) =>
        ChangeAsync(
            all => [.. all.Select(entry => IsOf(entry, task, start) ? entry with { State = state, Refusal = refusal } : entry)],
            stop
        );

    /// <summary>Finds the entry that a user refused when this task requested the same package before, or returns null.</summary>
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

    /// <summary>Formats the names of packages as a short text.</summary>
    /// <param name="packages">All packages of one request.</param>
    public static string Names(IEnumerable<RequestedPackage> packages) =>
        FileNames.Some([.. packages.Select(package => RequestOf(package).ToString())], MostNamed);

    /// <summary>Converts a package to a request.</summary>
    public static PackageRequest RequestOf(RequestedPackage package) =>
        new(package.Name, package.Version, package.Extras) { IsForDevelopment = package.IsForDevelopment };

    /// <summary>True if an entry belongs to an agent run.</summary>
    public static bool IsOf(DependencyEntry entry, string task, int start) => entry.Task == task && entry.Start == start;
}

[JsonSerializable(typeof(IReadOnlyList<DependencyEntry>))]
internal sealed partial class DependencyJson : JsonSerializerContext;
