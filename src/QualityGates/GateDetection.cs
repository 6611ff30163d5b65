using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.QualityGates;

/// <summary>Finds gates in a project's own manifests, for users who named none.</summary>
public static partial class GateDetection
{
    private static readonly (string Script, GateKind Kind)[] Scripts =
    [
        ("build", GateKind.Build), ("typecheck", GateKind.TypeCheck), ("type-check", GateKind.TypeCheck), ("lint", GateKind.Lint), ("test", GateKind.Test),
    ];

    /// <summary>Gates of the project in a directory, cheapest kind first. Empty when no manifest is known.</summary>
    public static IReadOnlyList<Gate> Detect(string directory) =>
        Detect(
            [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path))],
            name => File.Exists(Path.Combine(directory, name)) ? File.ReadAllText(Path.Combine(directory, name)) : "");

    /// <summary>The same of the names in the root folder and a way to read them. Pure.</summary>
    internal static IReadOnlyList<Gate> Detect(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        List<Gate> gates = [];
        gates.AddRange(OfNode(names, read));
        gates.AddRange(OfDotnet(names));
        gates.AddRange(OfPython(names, read));
        gates.AddRange(OfCargo(names));
        gates.AddRange(OfGo(names));
        // A Makefile usually wraps the same commands, so it only fills gaps.
        gates.AddRange(OfMake(names, read).Where(gate => gates.TrueForAll(known => known.Kind != gate.Kind)));
        return [.. gates.OrderBy(gate => Array.FindIndex(Scripts, script => script.Kind == gate.Kind))];
    }

    private static IEnumerable<Gate> OfNode(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        if (!names.Contains("package.json"))
        {
            yield break;
        }

        string manager = names.Contains("pnpm-lock.yaml") ? "pnpm" : names.Contains("yarn.lock") ? "yarn"
            : names.Contains("bun.lock") || names.Contains("bun.lockb") ? "bun" : "npm";
        Dictionary<string, string> scripts = ReadScripts(read("package.json"));
        foreach ((string script, GateKind kind) in Scripts)
        {
            // What "npm init" writes is no test.
            if (scripts.TryGetValue(script, out string? text) && !text.Contains("no test specified", StringComparison.Ordinal))
            {
                yield return Make($"{manager} run {script}", kind) with { Meaning = text };
            }
        }
    }

    private static Dictionary<string, string> ReadScripts(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("scripts", out JsonElement scripts)
                && scripts.ValueKind == JsonValueKind.Object
                    ? scripts.EnumerateObject()
                        .Where(script => script.Value.ValueKind == JsonValueKind.String)
                        .DistinctBy(script => script.Name)
                        .ToDictionary(script => script.Name, script => script.Value.GetString()!)
                    : [];
        }
        catch (JsonException)
        {
            // A broken manifest offers no gates; the project's own tools will say what is wrong with it.
            return [];
        }
    }

    /// <summary>With several projects and no solution the command would not know which is meant.</summary>
    private static IEnumerable<Gate> OfDotnet(IReadOnlyCollection<string> names)
    {
        int solutions = names.Count(name => Path.GetExtension(name) is ".sln" or ".slnx");
        int projects = names.Count(name => Path.GetExtension(name) is ".csproj" or ".fsproj" or ".vbproj");
        return solutions == 1 || (solutions == 0 && projects == 1)
            ? [Make("dotnet build", GateKind.Build), Make("dotnet test", GateKind.Test)]
            : [];
    }

    private static IEnumerable<Gate> OfPython(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        string[] manifests = ["pyproject.toml", "requirements.txt", "requirements-dev.txt", "setup.cfg", "setup.py", "tox.ini", "pytest.ini"];
        string said = string.Join('\n', manifests.Where(names.Contains).Select(read));
        if (!manifests.Take(5).Any(names.Contains))
        {
            yield break;
        }

        string prefix = names.Contains("uv.lock") ? "uv run " : names.Contains("poetry.lock") ? "poetry run " : "python3 -m ";
        if (said.Contains("[tool.mypy", StringComparison.Ordinal) || names.Contains("mypy.ini"))
        {
            yield return Make($"{prefix}mypy .", GateKind.TypeCheck);
        }

        if (said.Contains("[tool.ruff", StringComparison.Ordinal) || names.Contains("ruff.toml"))
        {
            yield return Make($"{prefix}ruff check .", GateKind.Lint);
        }

        if (said.Contains("pytest", StringComparison.Ordinal) || names.Contains("pytest.ini") || names.Contains("conftest.py"))
        {
            yield return Make($"{prefix}pytest", GateKind.Test);
        }
        else if (names.Contains("tests"))
        {
            yield return Make("python3 -m unittest discover -s tests", GateKind.Test);
        }
    }

    private static IEnumerable<Gate> OfCargo(IReadOnlyCollection<string> names) =>
        names.Contains("Cargo.toml") ? [Make("cargo build", GateKind.Build), Make("cargo test", GateKind.Test)] : [];

    private static IEnumerable<Gate> OfGo(IReadOnlyCollection<string> names) => names.Contains("go.mod")
        ? [Make("go build ./...", GateKind.Build), Make("go vet ./...", GateKind.Lint), Make("go test ./...", GateKind.Test)]
        : [];

    private static IEnumerable<Gate> OfMake(IReadOnlyCollection<string> names, Func<string, string> read)
    {
        string? makefile = names.FirstOrDefault(name => name is "Makefile" or "makefile" or "GNUmakefile");
        HashSet<string> targets = makefile is null ? [] : [.. Target().Matches(read(makefile)).Select(match => match.Groups[1].Value)];
        foreach ((string script, GateKind kind) in Scripts)
        {
            if (targets.Contains(script))
            {
                yield return Make($"make {script}", kind);
            }
        }

        if (targets.Contains("check") && !targets.Contains("test"))
        {
            yield return Make("make check", GateKind.Test);
        }
    }

    private static Gate Make(string command, GateKind kind) => new() { Name = command, Command = command, Kind = kind };

    [GeneratedRegex(@"^([A-Za-z][\w-]*)\s*:(?!=)", RegexOptions.Multiline)]
    private static partial Regex Target();
}
