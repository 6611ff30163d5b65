namespace Orchestrator.Plans;

/// <summary>Questions to the one table of ecosystems: <see cref="EcosystemTable"/>, <see cref="LanguageTable"/> and <see
/// cref="ToolTable"/>.</summary>
public static class Ecosystems
{
    /// <summary>All of them: languages, then tools that run others.</summary>
    public static IReadOnlyList<Ecosystem> All { get; } = [.. EcosystemTable.Rows, .. LanguageTable.Rows, .. ToolTable.Rows];

    private static readonly string[] TestFolders =
    [
        "test",
        "tests",
        "spec",
        "specs",
        "testdata",
        "__tests__",
        "__mocks__",
        "__fixtures__",
        "__snapshots__",
    ];

    private static readonly HashSet<string> AllLockFiles = All.SelectMany(row => row.LockFiles).ToHashSet(StringComparer.Ordinal);

    private static readonly EcosystemCommand[] AllCommands = [.. All.SelectMany(row => row.Commands)];

    /// <summary>Files and folders of all rows that their programs read in the home folder.</summary>
    public static IEnumerable<string> Home => All.SelectMany(row => row.Home);

    /// <summary>Folders of all rows in the home that variables move.</summary>
    public static IEnumerable<EcosystemHome> Homes => All.SelectMany(row => row.Homes);

    /// <summary>All package managers.</summary>
    public static IEnumerable<PackageManager> Managers => All.SelectMany(row => row.Managers);

    /// <summary>JavaScript and TypeScript, by Node and Bun.</summary>
    public static Ecosystem JavaScript { get; } = Of("JavaScript");

    /// <summary>Python.</summary>
    public static Ecosystem Python { get; } = Of("Python");

    /// <summary>npm.</summary>
    public static PackageManager Npm { get; } = Manager("npm");

    /// <summary>The row of a name.</summary>
    public static Ecosystem Of(string name) => All.First(row => row.Name == name);

    /// <summary>The package manager of a name.</summary>
    public static PackageManager Manager(string name) => Managers.First(manager => manager.Name == name);

    /// <summary>The ecosystems whose programs are among the words of commands.</summary>
    public static IReadOnlyList<Ecosystem> Of(IReadOnlySet<string> words) => [.. All.Where(row => row.Programs.Any(words.Contains))];

    /// <summary>True if a package manager writes this file: its lines are versions and checksums.</summary>
    public static bool IsLockFile(string path) => AllLockFiles.Contains(FileNamePattern.NameOf(path));

    /// <summary>True if a file defines the environment of a project: which packages, which versions of tools.</summary>
    public static bool DefinesEnvironment(string path) => All.Any(row => row.DefinesEnvironment(path));

    /// <summary>True if a file names the packages of a project.</summary>
    public static bool IsManifest(string path) => All.Any(row => FileNamePattern.IsAny(row.Manifests, FileNamePattern.NameOf(path)));

    /// <summary>True if a file configures which tests exist and how they run.</summary>
    public static bool IsConfiguration(string path) => All.Any(row => row.IsDecidedBy(path));

    /// <summary>True if a name is read before those of a project.</summary>
    public static bool IsReadFirst(string path)
    {
        var name = FileNamePattern.NameOf(path.TrimEnd('/'));
        return name == ".env" || All.Any(row => FileNamePattern.IsAny(row.ReadFirst, name));
    }

    /// <summary>True if a tool generates files of this path beside the work: a lock file, an installed package or build output.</summary>
    public static bool IsGenerated(string path) =>
        AllLockFiles.Contains(FileNamePattern.NameOf(path)) || All.Any(row => row.OutputIn(path) is not null);

    /// <summary>The folder with build output in which a path lies, of those that only a file beside them makes known; null: none.</summary>
    /// <param name="path">A relative path with forward slashes.</param>
    /// <param name="isBeside">True if a folder, empty for the root, holds a file that makes the one in it output.</param>
    public static string? OutputBesideIn(string path, Func<string, EcosystemOutput, bool> isBeside) =>
        All.SelectMany(row => row.OutputBeside).Select(output => output.In(path, isBeside)).FirstOrDefault(place => place is not null);

    /// <summary>True if one of a folder's names matches one of the patterns, in which <c>*</c> stands for any text.</summary>
    public static bool IsAny(IReadOnlyList<string> patterns, IEnumerable<string> names) =>
        names.Any(name => FileNamePattern.IsAny(patterns, name));

    /// <summary>The type of a command by the words that it begins with; null: unknown.</summary>
    internal static GateType? TypeOf(string command)
    {
        foreach (var (words, type) in AllCommands)
        {
            if (
                command.StartsWith(words, StringComparison.Ordinal)
                && (command.Length == words.Length || command[words.Length] is ' ' or ':')
            )
            {
                return type;
            }
        }
        return null;
    }

    /// <summary>True if a runner finds a test of this name, wherever it is.</summary>
    public static bool IsTestName(string path)
    {
        foreach (var row in All)
        {
            if (row.IsTest(path))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True if a file is a test that a runner would find by its name, or an interpreter would run: a source in a folder of
    /// tests.</summary>
    public static bool IsTest(string path) => IsTestName(path) || (IsInTestFolder(path) && All.Any(row => row.IsSource(path)));

    /// <summary>True if a file is a test, or belongs to tests: whatever is in their folders or is named like one, but neither what
    /// configures a runner nor prose.</summary>
    public static bool BelongsToTests(string path)
    {
        var name = FileNamePattern.NameOf(path);
        return name != "conftest.py" && !name.EndsWith(".md", StringComparison.Ordinal) && (IsNamedLikeTest(path) || IsInTestFolder(path));
    }

    /// <summary>True if a file is named as tests are, in a language of a row or in any other.</summary>
    public static bool IsNamedLikeTest(string path) => IsTestName(path) || IsNamedTest(FileNamePattern.NameOf(path));

    /// <summary>True if tests may stand in a file: it is a test or named like one, or a source of a language that has tests among
    /// sources.</summary>
    public static bool MayHoldTests(string path) =>
        IsTest(path) || IsNamedLikeTest(path) || All.Any(row => row.HasTestsInSources && row.IsSource(path));

    private static bool IsInTestFolder(string path)
    {
        var parts = path.Split('/');
        return parts.AsSpan(0, parts.Length - 1).ContainsAny(TestFolders);
    }

    // Also of languages that are in no row: 'x.test.svelte', 'list_spec.lua', 'test_list.nim'.
    private static bool IsNamedTest(string name)
    {
        var dot = name.LastIndexOf('.');
        var stem = dot < 0 ? name : name[..dot];
        return stem.StartsWith("test_", StringComparison.Ordinal)
            || (dot >= 0 && Array.Exists(["test", "tests", "spec"], word => IsLast(stem, word)));
    }

    private static bool IsLast(string stem, string word) =>
        stem.Length > word.Length && stem.EndsWith(word, StringComparison.Ordinal) && stem[^(word.Length + 1)] is '_' or '.' or '-';
}
