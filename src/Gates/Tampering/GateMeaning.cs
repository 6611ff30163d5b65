using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Packages;

namespace Orchestrator.Gates.Tampering;

/// <summary>The files that decide the gates of a task's work: their own scripts and the scripts that these call by name, the configuration
/// of their programs, and names that are read before others. A file of these that the work adds, changes or removes needs a
/// person.</summary>
public sealed partial class GateMeaning
{
    private readonly IReadOnlyList<(Gate Gate, GateCalls Calls, IReadOnlyList<Ecosystem> Kinds)> _gates;
    private readonly IReadOnlySet<string> _before;
    private readonly IReadOnlySet<string> _harmless;
    private readonly ShadowingModules _modules;

    private GateMeaning(
        IReadOnlyList<(Gate Gate, GateCalls Calls, IReadOnlyList<Ecosystem> Kinds)> gates,
        IReadOnlySet<string> before,
        IReadOnlySet<string> harmless,
        IReadOnlyList<ChangedFile> changed
    )
    {
        (_gates, _before, _harmless) = (gates, before, harmless);
        _modules = new ShadowingModules(before, changed, gates.SelectMany(gate => gate.Calls.Called));
    }

    /// <summary>Reads it from the repository.</summary>
    /// <param name="from">The commit that the work began with.</param>
    /// <param name="to">The commit of the work.</param>
    public static async Task<GateMeaning> ReadAsync(
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
            return new GateMeaning([], new HashSet<string>(), new HashSet<string>(), []);
        }
        var commits = new CommitStore(repository);
        var files = await commits.ListFilesAsync(from, stop);
        return await OfAsync(
            gates,
            files.Where(file => file.Mode is not (ChangedFile.SymbolicLink or ChangedFile.Submodule)).Select(file => file.Path),
            changed,
            path => commits.ReadFileAsync(from, path, stop),
            path => commits.ReadFileAsync(to, path, stop)
        );
    }

    /// <summary>Reads what decides gates, from names of files and functions that read them.</summary>
    public static async Task<GateMeaning> OfAsync(
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
        var known = new List<(Gate, GateCalls, IReadOnlyList<Ecosystem>)>();
        foreach (var gate in gates.DistinctBy(gate => gate.Command))
        {
            var calls = await GateCalls.OfAsync(gate.Command, callable, ReadOnce);
            known.Add((gate, calls, Ecosystems.Of(calls.Words)));
        }
        var words = known.SelectMany(gate => gate.Item2.Words).ToHashSet(StringComparer.Ordinal);
        var harmless = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in changed.Where(file => file.Change == FileChange.Modified && ManifestDifference.Knows(file.Path)))
        {
            if (ManifestDifference.IsHarmless(file.Path, await ReadOnce(file.Path), await readAfter(file.Path), words))
            {
                harmless.Add(file.Path);
            }
        }
        return new GateMeaning(known, there, harmless, changed);

        Task<byte[]?> ReadOnce(string path) =>
            !there.Contains(path) ? Task.FromResult<byte[]?>(null)
            : read.TryGetValue(path, out var reading) ? reading
            : read[path] = readBefore(path);
    }

    /// <summary>True for a manifest in which nothing was changed that a gate depends on.</summary>
    public bool IsHarmless(string path) => _harmless.Contains(path);

    /// <summary>The meaning of a changed file for gates, as the end of a sentence; null: none that is known.</summary>
    public string? Decides(ChangedFile file)
    {
        foreach (var (gate, calls, kinds) in _gates)
        {
            // What the plan's gate names and was not there is for the work to make.
            if (calls.Direct.Contains(file.Path) && file.Change != FileChange.Added)
            {
                return $"which decides what the gate '{gate.Name}' does";
            }
            if (calls.Called.Contains(file.Path) && !calls.Direct.Contains(file.Path))
            {
                return $"which the gate '{gate.Name}' calls";
            }
            if (!_harmless.Contains(file.Path) && kinds.Any(kind => IsDecided(kind, file)))
            {
                return $"which decides what the gate '{gate.Name}' does";
            }
            if (_modules.Hides(file, kinds) is { } hidden)
            {
                return $"which the gate '{gate.Name}' may load in place of {hidden}";
            }
        }
        return null;
    }

    /// <summary>True if a gate's command calls the file, or its program takes commands from it: the file is a part of the gate, which later
    /// work will be judged by as well.</summary>
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

        // A project's first configuration is its own, and so is that of a folder that the work makes; what comes beside others decides.
        var folder = Path.GetDirectoryName(file.Path) ?? "";
        var beside = folder.Length == 0 ? _before : _before.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal));
        return kind.IsIn(beside);
    }

    /// <summary>Data of tests.</summary>
    [GeneratedRegex("(^|/)(__)?(fixtures?|testdata|test-data|snapshots?)(__)?/", RegexOptions.CultureInvariant)]
    private static partial Regex ExampleFolder();
}
