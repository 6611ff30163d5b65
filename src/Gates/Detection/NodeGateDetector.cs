using System.IO.Enumeration;
using System.Text.Json;

namespace Orchestrator.Gates.Detection;

/// <summary>Detects the gates of a <c>package.json</c> from its scripts or from the scripts of its workspaces.</summary>
internal static partial class NodeGateDetector
{
    /// <summary>Returns the gates found in a folder's <c>package.json</c>, each with the text of the scripts that it calls.</summary>
    public static IEnumerable<(Gate Gate, string Meaning)> Of(ProjectFolderContentReader folder)
    {
        if (!folder.Names.Contains("package.json"))
        {
            return [];
        }
        var manager = folder.ManagerOf(Ecosystems.JavaScript)?.Name ?? "npm";
        var own = ScriptsOf(folder);
        List<(string Script, GateType Type, string Command, string Meaning)> found = [];
        var members = new Lazy<IReadOnlyList<IReadOnlyDictionary<string, string>>>(() => [.. MembersOf(folder).Select(ScriptsOf)]);
        foreach ((var script, var type) in ManifestGateDetector.Scripts)
        {
            if (own.TryGetValue(script, out var text))
            {
                found.Add((script, type, CommandOf(manager, script, text, type), text));
            }
            else if (members.Value.Where(member => member.ContainsKey(script)).ToList() is { Count: > 0 } having)
            {
                found.Add((script, type, OfAll(manager, script, folder), string.Join('\n', having.Select(member => member[script]))));
            }
        }
        // Omits scripts that another gate runs, because they would run twice.
        return found
            // Omits scripts that never end, because such a gate would always reach its time limit.
            .Where(gate => gate.Type == GateType.Build || !WatchAndFixModeRemover.NeverEnds(gate.Meaning))
            .Where(gate => !found.Any(other => other.Script != gate.Script && Calls(own, other.Script, gate.Script)))
            .Select(gate => (GateDefinitionGrammar.Of(gate.Command, type: gate.Type), gate.Meaning));
    }

    private static string CommandOf(string manager, string script, string text, GateType type)
    {
        // Build scripts are not checked for watchers and file changes, because a build may modify files on purpose.
        if (type == GateType.Build || WatchAndFixModeRemover.Of(text) is not { } once)
        {
            return $"{manager} run {script}";
        }
        return WatchAndFixModeRemover.MissingOption(text) is { } option
            ? $"{manager} run {script} -- {option}"
            : $"npx -c '{once.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static string OfAll(string manager, string script, ProjectFolderContentReader folder) =>
        manager switch
        {
            "pnpm" => $"pnpm -r run {script}",
            "yarn" when folder.Names.Contains(".yarnrc.yml") => $"yarn workspaces foreach -A run {script}",
            "yarn" => $"yarn workspaces run {script}",
            "bun" => $"bun run --filter '*' {script}",
            _ => $"npm run {script} --workspaces --if-present",
        };

    /// <summary>True if one script runs the other, directly or indirectly.</summary>
    private static bool Calls(IReadOnlyDictionary<string, string> scripts, string caller, string called)
    {
        var open = new Queue<string>([caller]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryDequeue(out var script))
        {
            foreach (var part in (string[])["pre" + script, script, "post" + script])
            {
                var names = scripts.TryGetValue(part, out var text) && seen.Add(part) ? CalledBy(text) : [];
                foreach (var name in names)
                {
                    if (name == called)
                    {
                        return true;
                    }
                    open.Enqueue(name);
                }
            }
        }
        return false;
    }

    private static IEnumerable<string> CalledBy(string text) =>
        Call()
            .Matches(text)
            .SelectMany(match => (match.Groups[1].Value + match.Groups[2].Value).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<ProjectFolderContentReader> MembersOf(ProjectFolderContentReader folder)
    {
        var patterns = WorkspacesOf(folder).Select(pattern => pattern.TrimEnd('/')).ToList();
        return patterns.Count == 0
            ? []
            : folder
                .Below()
                .Where(member =>
                    member.Names.Contains("package.json")
                    && patterns.Exists(pattern => FileSystemName.MatchesSimpleExpression(pattern, folder.NameOf(member), ignoreCase: false))
                );
    }

    private static IReadOnlyList<string> WorkspacesOf(ProjectFolderContentReader folder)
    {
        var named = Parse(folder.Read("package.json"), NpmWorkspaceGlobReader.GlobsIn);
        return [.. named ?? [], .. PackageLine().Matches(folder.Read("pnpm-workspace.yaml")).Select(match => match.Groups[1].Value)];
    }

    /// <summary>Returns the scripts of a folder's <c>package.json</c> by name. Empty if the file is invalid.</summary>
    public static IReadOnlyDictionary<string, string> ScriptsOf(ProjectFolderContentReader folder) =>
        Parse(
            folder.Read("package.json"),
            root =>
                root.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
                    ? scripts
                        .EnumerateObject()
                        // The default "test" script of "npm init" only fails with a message.
                        .Where(script =>
                            script.Value.ValueKind == JsonValueKind.String
                            && !script.Value.GetString()!.Contains("no test specified", StringComparison.Ordinal)
                        )
                        .DistinctBy(script => script.Name)
                        .ToDictionary(script => script.Name, script => script.Value.GetString()!)
                    : null
        ) ?? [];

    /// <summary>
    /// Parses a manifest, or returns null if the manifest is invalid. No gate is then detected in it, and the project's own tools report
    /// the error.
    /// </summary>
    private static T? Parse<T>(string text, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }
            );
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A package manager runs one script, whereas npm-run-all runs several.
    [GeneratedRegex(@"\b(?:(?:npm|pnpm|yarn|bun)\s+(?:run(?:-script)?\s+)?(?=([\w:.-]+))|(?:run-[sp]|npm-run-all)\s+(?=([\w:. -]+)))")]
    private static partial Regex Call();

    [GeneratedRegex("""^\s*-\s*["']?([^"'#\s!]+)""", RegexOptions.Multiline)]
    private static partial Regex PackageLine();
}
