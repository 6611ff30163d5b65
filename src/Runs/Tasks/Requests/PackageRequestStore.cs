using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>A package that a task's agent requested, with the result of the request.</summary>
public sealed record PackageRequestRecord
{
    public const string Asked = "asked";
    public const string Installed = "installed";
    public const string Refused = "refused";

    /// <summary>Id of the task whose agent requested the package.</summary>
    public required string Task { get; init; }

    /// <summary>Number of the agent run within its task.</summary>
    public required int Start { get; init; }

    /// <summary>Name of the package ecosystem, such as <c>pypi</c>.</summary>
    public required string Ecosystem { get; init; }

    /// <summary>Path of the manifest that lists the package, relative to the repository.</summary>
    public required string Manifest { get; init; }

    /// <summary>Name of the package.</summary>
    public required string Name { get; init; }

    /// <summary>Required version of the package.</summary>
    public required string Version { get; init; }

    /// <summary>Names of the requested extras of the package.</summary>
    public IReadOnlyList<string> Extras { get; set; } = [];

    /// <inheritdoc cref="AgentPackageRequest.IsForDevelopment"/>
    public bool IsForDevelopment { get; set; }

    /// <summary>State of the request: <c>asked</c>, <c>installed</c> or <c>refused</c>.</summary>
    public required string State { get; init; }

    /// <summary>Reason that a user gave for refusing the package, or null if no user refused it.</summary>
    public string? Refusal { get; init; }

    /// <summary>Creates the record of a new package request.</summary>
    /// <param name="package">The package.</param>
    /// <param name="task">Id of the task whose agent requests it.</param>
    /// <param name="start">Number of the agent run.</param>
    public static PackageRequestRecord Of(RequestedPackage package, string task, int start) =>
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

    /// <summary>The requested package, its version and its extras.</summary>
    [JsonIgnore]
    public AgentPackageRequest Package => new(Name, Version, Extras) { IsForDevelopment = IsForDevelopment };
}

/// <summary>
/// Stores the packages that agents of a run requested, in a file in the run's folder. The file is used for reports, and to detect
/// incompatible requests before a user is asked. Requests to users and installed packages are recorded in the run's history instead
/// (<see cref="AgentRequestEvaluationResult.Packages"/>).
/// </summary>
public sealed class PackageRequestStore(RunFolder folder)
{
    private const int MostNamed = 20;

    private readonly JsonListFile<PackageRequestRecord> _file = new(
        Path.Combine(folder.Path, "dependencies.json"),
        PackageRequestJsonContext.Default.IReadOnlyListPackageRequestRecord
    );

    /// <summary>Reads the entries of all requested packages, in the order in which the packages were first requested.</summary>
    public IReadOnlyList<PackageRequestRecord> Read() => _file.Read();

    /// <summary>Changes the entries of the requested packages while holding the file's lock.</summary>
    /// <param name="change">Returns the new entries from the current ones.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    public Task ChangeAsync(
        Func<IReadOnlyList<PackageRequestRecord>, IReadOnlyList<PackageRequestRecord>> change,
        CancellationToken stop
    ) => _file.ChangeAsync(change, stop);

    /// <summary>Records the result of the requests from an agent run.</summary>
    public Task RecordResultAsync(string task, int start, string state, string? refusal, CancellationToken stop) =>
        ChangeAsync(
            all => [.. all.Select(entry => IsOf(entry, task, start) ? entry with { State = state, Refusal = refusal } : entry)],
            stop
        );

    /// <summary>
    /// Finds the last earlier request by the same task for the same package and version that was refused by a user. Returns null if there
    /// is none.
    /// </summary>
    public PackageRequestRecord? RefusedBefore(string task, int start, string manifest, AgentPackageRequest package) =>
        Read()
            .LastOrDefault(entry =>
                entry.Task == task
                && entry.Start < start
                && entry.Refusal is not null
                && entry.Manifest == manifest
                && entry.Name == package.Name
                && entry.Version == package.Version
            );

    /// <summary>Formats the packages of a request as a short list for display.</summary>
    /// <param name="packages">All packages of one request.</param>
    public static string Names(IEnumerable<RequestedPackage> packages) =>
        FileNameEncoding.List([.. packages.Select(package => RequestOf(package).ToString())], MostNamed);

    /// <summary>Converts a requested package to the form in which agents request packages.</summary>
    public static AgentPackageRequest RequestOf(RequestedPackage package) =>
        new(package.Name, package.Version, package.Extras) { IsForDevelopment = package.IsForDevelopment };

    /// <summary>True if an entry belongs to the given agent run of a task.</summary>
    public static bool IsOf(PackageRequestRecord entry, string task, int start) => entry.Task == task && entry.Start == start;
}

[JsonSerializable(typeof(IReadOnlyList<PackageRequestRecord>))]
internal sealed partial class PackageRequestJsonContext : JsonSerializerContext;
