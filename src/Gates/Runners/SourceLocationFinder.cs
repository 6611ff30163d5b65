namespace Orchestrator.Gates.Runners;

/// <summary>Finds the source location of a failure near its decisive line. Only files of the project are returned, not files of
/// tools.</summary>
internal static class SourceLocationFinder
{
    private static readonly string[] OfTools =
    [
        "node_modules/",
        "site-packages/",
        "dist-packages/",
        ".venv/",
        "vendor/",
        ".cargo/",
        "rustc/",
        "node:",
        "<",
        "internal/",
        "[eval]",
    ];

    /// <summary>Returns the path of the file, relative to the directory, and the line number. A value that is not found is null.</summary>
    public static (string? File, int? Line) Of(
        IReadOnlyList<SourceLocationSearchRule> places,
        IReadOnlyList<GateOutputLine> lines,
        int at,
        string directory
    )
    {
        string? file = null;
        int? line = null;
        string? type = null;
        foreach (var place in places)
        {
            foreach (var text in Near(place, lines, at))
            {
                if (place.Pattern.Match(text) is not { Success: true } found)
                {
                    continue;
                }
                type ??= found.Groups["class"] is { Success: true } named ? named.Value : null;
                var own = found.Groups["file"] is { Success: true } path
                    ? OwnFile(type is null ? path.Value : SourceOf(type, path.Value, directory), directory)
                    : null;
                if (found.Groups["file"].Success && own is null)
                {
                    continue;
                }
                if (found.Groups["line"] is { Success: true } number && (file is null || own is null || own == file))
                {
                    line ??= int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
                }
                file ??= own;
                break;
            }
            if (file is not null && (line is not null || place.Pattern.Has("line")))
            {
                break;
            }
        }
        return (file, file is null ? null : line);
    }

    private static IEnumerable<string> Near(SourceLocationSearchRule place, IReadOnlyList<GateOutputLine> lines, int at) =>
        place.Side switch
        {
            SourceLocationSearchDirection.Here => [lines[at].Text],
            SourceLocationSearchDirection.Below => lines.Skip(at + 1).Take(place.Within).Select(line => line.Text),
            _ => Enumerable.Range(1, Math.Min(place.Within, at)).Select(back => lines[at - back].Text),
        };

    private static string? OwnFile(string path, string directory)
    {
        var name = path.Trim();
        var root = directory.TrimEnd('/') + "/";
        name =
            name.StartsWith(root, StringComparison.Ordinal) ? name[root.Length..]
            : name.StartsWith(root[1..], StringComparison.Ordinal) ? name[(root.Length - 1)..]
            : name;
        while (name.StartsWith("./", StringComparison.Ordinal))
        {
            name = name[2..];
        }
        return
            name.Length == 0
            || name[0] == '/'
            || name.StartsWith("../", StringComparison.Ordinal)
            || OfTools.Any(tool => name.StartsWith(tool, StringComparison.Ordinal) || name.Contains("/" + tool, StringComparison.Ordinal))
            ? null
            : name;
    }

    // A stack trace contains the class and the name of its file. By convention, the folder of the file matches the package.
    private static string SourceOf(string type, string file, string directory)
    {
        var parts = type.Split('.');
        var package = string.Join('/', parts.TakeWhile(part => part.Length > 0 && !char.IsUpper(part[0])));
        var path = package.Length == 0 ? file : $"{package}/{file}";
        var language = Path.GetExtension(file) switch
        {
            ".kt" => "kotlin",
            ".scala" => "scala",
            ".groovy" => "groovy",
            _ => "java",
        };
        string[] roots = [$"src/test/{language}", $"src/main/{language}", "src/test/java", "src/main/java", "test", "src"];
        var stem = Path.GetFileNameWithoutExtension(file);
        var isTest =
            stem.EndsWith("Test", StringComparison.Ordinal)
            || stem.EndsWith("Tests", StringComparison.Ordinal)
            || stem.EndsWith("IT", StringComparison.Ordinal)
            || stem.EndsWith("Spec", StringComparison.Ordinal);
        return roots.Select(root => $"{root}/{path}").FirstOrDefault(one => File.Exists(Path.Combine(directory, one)))
            ?? $"{(isTest ? roots[0] : roots[1])}/{path}";
    }
}
