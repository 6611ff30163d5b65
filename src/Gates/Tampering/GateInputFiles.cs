using Orchestrator.Gates.Packages;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>
/// Files that affect a task's gates: scripts that gates run, configuration of the programs that gates use, and files loaded in place of
/// others. Work that adds, changes or removes such a file needs an approval.
/// </summary>
public sealed partial class GateInputFiles
{
    private readonly IReadOnlyList<(Gate Gate, ScriptsCalledByGate Calls, IReadOnlyList<Ecosystem> Kinds)> _gates;
    private readonly IReadOnlySet<string> _before;
    private readonly IReadOnlySet<string> _harmless;
    private readonly ShadowingModuleDetector _modules;

    private GateInputFiles(
        IReadOnlyList<(Gate Gate, ScriptsCalledByGate Calls, IReadOnlyList<Ecosystem> Kinds)> gates,
        IReadOnlySet<string> before,
        IReadOnlySet<string> harmless,
        IReadOnlyList<ChangedFile> changed
    )
    {
        (_gates, _before, _harmless) = (gates, before, harmless);
        _modules = new ShadowingModuleDetector(before, changed, gates.SelectMany(gate => gate.Calls.Called));
    }

    /// <summary>Determines from the repository which files affect the gates.</summary>
    /// <param name="from">Base commit of the work.</param>
    /// <param name="to">Commit of the work.</param>
    public static async Task<GateInputFiles> ReadAsync(
        GitRepository repository,
        string from,
        string to,
        IReadOnlyList<Gate> gates,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        if (gates.Count == 0 || changed.Count == 0)
        {
            return new GateInputFiles([], new HashSet<string>(), new HashSet<string>(), []);
        }
        var commits = new GitCommitReaderAndWriter(repository);
        var files = await commits.ListFilesAsync(from, stop);
        return await OfAsync(
            gates,
            files.Where(file => file.Mode is not (ChangedFile.SymbolicLink or ChangedFile.Submodule)).Select(file => file.Path),
            changed,
            path => commits.ReadFileAsync(from, path, stop),
            path => commits.ReadFileAsync(to, path, stop)
        );
    }

    /// <summary>
    /// Determines which files affect the gates, given the names of the base's files, the changed files, and functions that read files.
    /// </summary>
    public static async Task<GateInputFiles> OfAsync(
        IReadOnlyList<Gate> gates,
        IEnumerable<string> before,
        IReadOnlyList<ChangedFile> changed,
        Func<string, Task<byte[]?>> readBefore,
        Func<string, Task<byte[]?>> readAfter
    )
    {
        var there = before.ToHashSet(StringComparer.Ordinal);
        var callable = new HashSet<string>(there, StringComparer.Ordinal);
        callable.UnionWith(changed.Select(file => file.Path));
        var read = new Dictionary<string, Task<byte[]?>>(StringComparer.Ordinal);
        var known = new List<(Gate, ScriptsCalledByGate, IReadOnlyList<Ecosystem>)>();
        foreach (var gate in gates.DistinctBy(gate => gate.Command))
        {
            var calls = await ScriptsCalledByGate.OfAsync(gate.Command, callable, ReadOnce);
            known.Add((gate, calls, Ecosystems.Of(calls.Words)));
        }
        var words = known.SelectMany(gate => gate.Item2.Words).ToHashSet(StringComparer.Ordinal);
        var harmless = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in changed.Where(file => file.Change == FileChange.Modified && ManifestChangeCheck.CanCompare(file.Path)))
        {
            if (ManifestChangeCheck.IsHarmless(file.Path, await ReadOnce(file.Path), await readAfter(file.Path), words))
            {
                harmless.Add(file.Path);
            }
        }
        return new GateInputFiles(known, there, harmless, changed);

        Task<byte[]?> ReadOnce(string path) =>
            !there.Contains(path) ? Task.FromResult<byte[]?>(null)
            : read.TryGetValue(path, out var reading) ? reading
            : read[path] = readBefore(path);
    }

    /// <summary>True for a manifest whose changes affect no gate.</summary>
    public bool IsHarmless(string path) => _harmless.Contains(path);

    /// <summary>
    /// Returns a relative clause that describes how a changed file affects gates, such as <c>which the gate 'test' calls</c>, or null if no
    /// effect is known.
    /// </summary>
    public string? Decides(ChangedFile file)
    {
        foreach (var (gate, calls, kinds) in _gates)
        {
            // The work may create a file that a gate of the plan names and that did not exist before.
            if (calls.Direct.Contains(file.Path) && file.Change != FileChange.Added)
            {
                return $"which controls the gate '{gate.Name}'";
            }
            if (calls.Called.Contains(file.Path) && !calls.Direct.Contains(file.Path))
            {
                return $"which the gate '{gate.Name}' calls";
            }
            if (!_harmless.Contains(file.Path) && kinds.Any(kind => IsDecided(kind, file)))
            {
                return $"which controls the gate '{gate.Name}'";
            }
            if (_modules.Hides(file, kinds) is { } hidden)
            {
                return $"which the gate '{gate.Name}' may load in place of {hidden}";
            }
        }
        return null;
    }

    /// <summary>
    /// True if a gate's command calls the file, or if a program that the gate runs reads commands from it. Such a file is part of the gate
    /// and also affects later work.
    /// </summary>
    public bool IsPartOfGate(ChangedFile file) =>
        _gates.Any(gate =>
            gate.Calls.Called.Contains(file.Path)
            || gate.Kinds.Any(kind => kind.Scripts.Any(script => script.Files.Contains(Path.GetFileName(file.Path))))
        );

    private bool IsDecided(Ecosystem kind, ChangedFile file)
    {
        if (!kind.IsDecidedBy(file.Path) || ExampleFolder().IsMatch(file.Path))
        {
            return false;
        }
        if (file.Change != FileChange.Added)
        {
            return true;
        }

        // A project's first configuration file, or that of a new folder, is part of the work. A file that is added beside existing files
        // changes the gates of those files.
        var folder = Path.GetDirectoryName(file.Path) ?? "";
        var beside = folder.Length == 0 ? _before : _before.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal));
        return kind.IsIn(beside);
    }

    /// <summary>Matches paths in folders that contain test data.</summary>
    [GeneratedRegex("(^|/)(__)?(fixtures?|testdata|test-data|snapshots?)(__)?/", RegexOptions.CultureInvariant)]
    private static partial Regex ExampleFolder();
}
