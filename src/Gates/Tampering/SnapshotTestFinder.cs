namespace Orchestrator.Gates.Tampering;

/// <summary>Uses the naming rules of snapshot libraries to find the tests that use a snapshot. Has no side effects.</summary>
internal static partial class SnapshotTestFinder
{
    /// <summary>
    /// Name of the folder that contains golden files. In Go, the name of a golden file is often derived from the name of its test.
    /// </summary>
    public const string GoldenName = "testdata";

    private const string Beside = "__snapshots__";

    /// <summary>Returns the possible paths of the test file that uses a snapshot. Some of the paths may not exist.</summary>
    /// <param name="path">Path of the snapshot.</param>
    /// <param name="text">Text of the snapshot. Insta writes the test's source file into its first lines.</param>
    public static IReadOnlyList<string> TestsOf(string path, string text)
    {
        var (folder, name) = (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));
        var above = Path.GetDirectoryName(folder) ?? "";
        if (Path.GetFileName(folder) == Beside)
        {
            var stem = Path.GetFileNameWithoutExtension(name);
            return [Path.Combine(above, name.EndsWith(".ambr", StringComparison.Ordinal) ? stem + ".py" : stem)];
        }
        if (Source().Match(text) is { Success: true } source)
        {
            return [.. Folders(folder).Select(one => Path.Combine(one, source.Groups["path"].Value))];
        }
        return Ecosystems.IsSnapshot(path) && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? [.. TypeSources.Select(end => Path.Combine(folder, name[..dot] + end))]
            : [];
    }

    /// <summary>True if the tests that use a snapshot file may have to be found by searching for the file's name.</summary>
    public static bool NeedsSearch(string path) => Path.GetFileName(Path.GetDirectoryName(path)) != Beside;

    /// <summary>Returns the folder of the tests that read a golden file, or null if the file is not a golden file.</summary>
    public static string? GoldenFolder(string path)
    {
        var parts = path.Split('/');
        var at = Array.LastIndexOf(parts[..^1], GoldenName);
        return at < 0 ? null : string.Join('/', parts[..at]);
    }

    // Verify and ApprovalTests name a snapshot by the class and the method of its test.
    private static readonly string[] TypeSources = [".cs", ".fs", ".vb", ".java", ".kt"];

    // Insta writes the path relative to the workspace or to the package.
    private static IEnumerable<string> Folders(string folder)
    {
        for (var at = folder; at is { Length: > 0 }; at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
        yield return "";
    }

    [GeneratedRegex(
        @"\A---\r?\n(?:(?!---).*\n){0,20}?source: ""?(?<path>[\w./-]+\.rs)""?\s*$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Source();
}
