using System.Text.Json;

namespace Orchestrator.Gates.Detection;

/// <summary>Finds gates in a project's manifests, for users who configured none.</summary>
public static partial class GateDetection
{
    private static readonly (string Script, GateType Type)[] Scripts =
    [
        ("build", GateType.Build),
        ("typecheck", GateType.TypeCheck),
        ("type-check", GateType.TypeCheck),
        ("lint", GateType.Lint),
        ("test", GateType.Test),
    ];

    /// <summary>Gates of the project in a directory, cheapest kind first. Empty without a known manifest.</summary>
    public static IReadOnlyList<Gate> Detect(string directory) => [.. Find(directory).Select(found => found.Gate)];

    /// <summary>The found gates with the manifest's definition of each, such as the text of an npm script; empty where the command defines
    /// itself.</summary>
    internal static IReadOnlyList<(Gate Gate, string Meaning)> Find(string directory) =>
        Find(
            [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path))],
            name => File.Exists(Path.Combine(directory, name)) ? File.ReadAllText(Path.Combine(directory, name)) : ""
        );

    /// <summary>Finds gates by the names in the root folder and a function that reads these files. Pure.</summary>
    internal static IReadOnlyList<(Gate Gate, string Meaning)> Find(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        List<(Gate Gate, string Meaning)> gates = [];
        gates.AddRange(OfNode(names, read));
        gates.AddRange(Ecosystems.All.SelectMany(row => OfRoots(row, names)));
        gates.AddRange(OfPython(names, read));
        // A Makefile usually wraps the same commands, so it only fills gaps.
        gates.AddRange(OfMake(names, read).Where(gate => gates.TrueForAll(known => known.Gate.Type != gate.Gate.Type)));
        return [.. gates.OrderBy(gate => Array.FindIndex(Scripts, script => script.Type == gate.Gate.Type))];
    }

    private static IEnumerable<(Gate Gate, string Meaning)> OfNode(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        if (!names.Contains("package.json"))
        {
            yield break;
        }
        var manager = Ecosystems.JavaScript.ManagerOf(names)?.Name ?? "npm";
        var scripts = ReadScripts(read("package.json"));
        foreach ((var script, var kind) in Scripts)
        {
            // The default script of "npm init" is no test.
            if (scripts.TryGetValue(script, out var text) && !text.Contains("no test specified", StringComparison.Ordinal))
            {
                yield return Make($"{manager} run {script}", kind, text);
            }
        }
    }

    private static Dictionary<string, string> ReadScripts(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }
            );
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("scripts", out var scripts)
                && scripts.ValueKind == JsonValueKind.Object
                ? scripts
                    .EnumerateObject()
                    .Where(script => script.Value.ValueKind == JsonValueKind.String)
                    .DistinctBy(script => script.Name)
                    .ToDictionary(script => script.Name, script => script.Value.GetString()!)
                : [];
        }
        catch (JsonException)
        {
            // A broken manifest has no gates; the project's own tools will report it.
            return [];
        }
    }

    /// <summary>With several projects and no solution a command would be ambiguous.</summary>
    private static IEnumerable<(Gate Gate, string Meaning)> OfRoots(Ecosystem row, IReadOnlyCollection<string> names) =>
        row.HasOneRoot(names) ? row.Gates.Select(gate => Make(gate.Command, gate.Type)) : [];

    private static IEnumerable<(Gate Gate, string Meaning)> OfPython(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        string[] manifests =
        [
            "pyproject.toml",
            "requirements.txt",
            "requirements-dev.txt",
            "setup.cfg",
            "setup.py",
            "tox.ini",
            "pytest.ini",
        ];
        var said = string.Join('\n', manifests.Where(names.Contains).Select(read));
        if (!manifests.Take(5).Any(names.Contains))
        {
            yield break;
        }
        var prefix = Ecosystems.Python.ManagerOf(names)?.Run ?? "python3 -m ";
        if (said.Contains("[tool.mypy", StringComparison.Ordinal) || names.Contains("mypy.ini"))
        {
            yield return Make($"{prefix}mypy .", GateType.TypeCheck);
        }
        if (said.Contains("[tool.ruff", StringComparison.Ordinal) || names.Contains("ruff.toml"))
        {
            yield return Make($"{prefix}ruff check .", GateType.Lint);
        }
        if (said.Contains("pytest", StringComparison.Ordinal) || names.Contains("pytest.ini") || names.Contains("conftest.py"))
        {
            yield return Make($"{prefix}pytest", GateType.Test);
        }
        else if (names.Contains("tests"))
        {
            yield return Make("python3 -m unittest discover -s tests", GateType.Test);
        }
    }

    private static IEnumerable<(Gate Gate, string Meaning)> OfMake(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        var makefile = names.FirstOrDefault(name => name is "Makefile" or "makefile" or "GNUmakefile");
        HashSet<string> targets = makefile is null ? [] : [.. Target().Matches(read(makefile)).Select(match => match.Groups[1].Value)];
        foreach ((var script, var kind) in Scripts)
        {
            if (targets.Contains(script))
            {
                yield return Make($"make {script}", kind);
            }
        }
        if (targets.Contains("check") && !targets.Contains("test"))
        {
            yield return Make("make check", GateType.Test);
        }
    }

    private static (Gate Gate, string Meaning) Make(string command, GateType type, string meaning = "") =>
        (GateGrammar.Of(command, type: type), meaning);

    [GeneratedRegex(@"^([A-Za-z][\w-]*)\s*:(?!=)", RegexOptions.Multiline)]
    private static partial Regex Target();
}
