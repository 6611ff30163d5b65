namespace Orchestrator.Plans;

/// <summary>Queries all ecosystems in <see cref="MainLanguageEcosystemDefinitions"/>, <see cref="MinorLanguageEcosystemDefinitions"/> and
/// <see cref="ToolEcosystemDefinitions"/>.</summary>
public static class Ecosystems
{
    /// <summary>All ecosystems: languages first, then tools that run other programs.</summary>
    public static IReadOnlyList<Ecosystem> All { get; } =
    [.. MainLanguageEcosystemDefinitions.Rows, .. MinorLanguageEcosystemDefinitions.Rows, .. ToolEcosystemDefinitions.Rows];

    private static readonly string[] SnapshotEnds = [".snap", ".snap.new", ".ambr", ".golden"];

    private static readonly string[] SnapshotMarks = [".verified.", ".approved."];

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

    private static readonly CommandGateTypeRule[] AllCommands = [.. All.SelectMany(row => row.Commands)];

    /// <summary>Files and folders in the home folder that the programs of all ecosystems read.</summary>
    public static IEnumerable<string> Home => All.SelectMany(row => row.Home);

    /// <summary>Folders in the home folder that environment variables can relocate, for all ecosystems.</summary>
    public static IEnumerable<EcosystemHome> Homes => All.SelectMany(row => row.Homes);

    /// <summary>Package managers of all ecosystems.</summary>
    public static IEnumerable<PackageManager> Managers => All.SelectMany(row => row.Managers);

    /// <summary>JavaScript and TypeScript projects, with Node.js, Bun or Deno.</summary>
    public static Ecosystem JavaScript { get; } = Of("JavaScript");

    /// <summary>Python projects.</summary>
    public static Ecosystem Python { get; } = Of("Python");

    /// <summary>Shell scripts.</summary>
    public static Ecosystem Shell { get; } = Of("shell");

    /// <summary>The package manager npm.</summary>
    public static PackageManager Npm { get; } = Manager("npm");

    /// <summary>Returns the ecosystem with this name.</summary>
    public static Ecosystem Of(string name) => All.First(row => row.Name == name);

    /// <summary>Returns the package manager with this name.</summary>
    public static PackageManager Manager(string name) => Managers.First(manager => manager.Name == name);

    /// <summary>Returns the ecosystems whose programs appear among the words of a command.</summary>
    public static IReadOnlyList<Ecosystem> Of(IReadOnlySet<string> words) => [.. All.Where(row => row.Programs.Any(words.Contains))];

    /// <summary>True if the file is a lock file, in which a package manager records versions and checksums.</summary>
    public static bool IsLockFile(string path) => AllLockFiles.Contains(FileNamePattern.NameOf(path));

    /// <summary>True if a file defines a project's environment, that is, its packages or tool versions.</summary>
    public static bool DefinesEnvironment(string path) => All.Any(row => row.DefinesEnvironment(path));

    /// <summary>True if a file declares a project's packages.</summary>
    public static bool IsManifest(string path) => All.Any(row => FileNamePattern.IsAny(row.Manifests, FileNamePattern.NameOf(path)));

    /// <summary>True if a file configures which tests exist and how they run.</summary>
    public static bool IsConfiguration(string path) => All.Any(row => row.IsDecidedBy(path));

    /// <summary>True if programs read a file with this name before the project's own files.</summary>
    public static bool IsReadFirst(string path)
    {
        var name = FileNamePattern.NameOf(path.TrimEnd('/'));
        return name == ".env" || All.Any(row => FileNamePattern.IsAny(row.ReadFirst, name));
    }

    /// <summary>True if the file is generated as a side effect, like a lock file, an installed package or build output.</summary>
    public static bool IsGenerated(string path) =>
        AllLockFiles.Contains(FileNamePattern.NameOf(path)) || All.Any(row => row.OutputIn(path) is not null);

    /// <summary>
    /// Returns the build output folder that contains a path, considering only folders that are recognized by a file beside them. Null if
    /// there is none.
    /// </summary>
    /// <param name="path">A relative path with forward slashes.</param>
    /// <param name="isBeside">True if a parent folder (empty for the root) contains a file that marks the folder as output.</param>
    public static string? OutputBesideIn(string path, Func<string, EcosystemOutputFolder, bool> isBeside) =>
        All.SelectMany(row => row.OutputBeside).Select(output => output.In(path, isBeside)).FirstOrDefault(place => place is not null);

    /// <summary>True if any name matches any pattern, in which <c>*</c> is a wildcard.</summary>
    public static bool IsAny(IReadOnlyList<string> patterns, IEnumerable<string> names) =>
        names.Any(name => FileNamePattern.IsAny(patterns, name));

    /// <summary>Returns the gate type for a command's prefix, or null if the prefix is unknown.</summary>
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

    /// <summary>True if a file is a source file in any language that the tables list.</summary>
    public static bool IsSource(string path) => All.Any(row => row.IsSource(path));

    /// <summary>True if a test runner recognizes a file with this name as a test, regardless of the file's folder.</summary>
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

    /// <summary>
    /// True if the file is a test. A source file in a test folder also counts, because an interpreter could run it as a test.
    /// </summary>
    public static bool IsTest(string path) => IsTestName(path) || (IsInTestFolder(path) && IsSource(path));

    /// <summary>True if a file lies in a test folder or is named like a test. Runner configuration (<c>conftest.py</c>) and Markdown files
    /// are excluded.</summary>
    public static bool BelongsToTests(string path)
    {
        var name = FileNamePattern.NameOf(path);
        return name != "conftest.py"
            && !name.EndsWith(".md", StringComparison.Ordinal)
            && (IsNamedLikeTest(path) || IsInTestFolder(path) || IsSnapshot(path));
    }

    /// <summary>
    /// True if a file's name shows that it stores the expected output of a test. Covers the naming rules of insta, jest, syrupy, Verify and
    /// golden-file helpers.
    /// </summary>
    public static bool IsSnapshot(string path)
    {
        var name = FileNamePattern.NameOf(path);
        return Array.Exists(SnapshotEnds, end => name.EndsWith(end, StringComparison.Ordinal))
            || Array.Exists(SnapshotMarks, mark => name.Contains(mark, StringComparison.Ordinal));
    }

    /// <summary>True if a file is named like a test, according to the naming rules of any language.</summary>
    public static bool IsNamedLikeTest(string path) => IsTestName(path) || (IsNamedTest(FileNamePattern.NameOf(path)) && !IsSnapshot(path));

    /// <summary>
    /// True if a file may contain tests, because it is a test, is named like one, or is a source file of a language with inline tests.
    /// </summary>
    public static bool MayHoldTests(string path) =>
        IsTest(path) || IsNamedLikeTest(path) || All.Any(row => row.HasTestsInSources && row.IsSource(path));

    private static bool IsInTestFolder(string path)
    {
        var parts = path.Split('/');
        return parts.AsSpan(0, parts.Length - 1).ContainsAny(TestFolders);
    }

    // Covers languages without a row, such as 'x.test.svelte', 'list_spec.lua' and 'test_list.nim'.
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
