namespace Orchestrator.Gates.Detection;

/// <summary>Detects the gates of a Makefile by usual target names, such as <c>test</c> and <c>lint</c>.</summary>
internal static partial class MakefileGateDetector
{
    /// <summary>Returns the gates found in a Makefile, each with the text of all recipes that it runs.</summary>
    public static IReadOnlyList<(Gate Gate, string Recipes)> Of(ProjectFolderContentReader folder)
    {
        if (folder.Names.FirstOrDefault(name => name is "Makefile" or "makefile" or "GNUmakefile") is not { } makefile)
        {
            return [];
        }
        var rules = RulesOf(folder.Read(makefile));
        List<(Gate Gate, string Recipes)> found = [];
        foreach (var (script, type) in ManifestGateDetector.Scripts.Append(("check", GateType.Test)))
        {
            if (rules.ContainsKey(script) && (script != "check" || !rules.ContainsKey("test")))
            {
                found.Add(
                    (
                        GateDefinitionGrammar.Of($"make {script}", type: type),
                        string.Join('\n', RunBy(rules, script).Select(name => rules[name].Recipe))
                    )
                );
            }
        }
        return
        [
            .. found.Where(gate =>
                !found.Exists(other => other != gate && RunBy(rules, TargetOf(other.Gate)).Contains(TargetOf(gate.Gate)))
            ),
        ];
    }

    private static string TargetOf(Gate gate) => gate.Command["make ".Length..];

    private static Dictionary<string, (string[] Needs, string Recipe)> RulesOf(string text)
    {
        Dictionary<string, (string[] Needs, string Recipe)> rules = new(StringComparer.Ordinal);
        foreach (Match rule in Rule().Matches(text))
        {
            var needs = rule.Groups["needs"].Value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var recipe = rule.Groups["recipe"].Value;
            rules.TryAdd(rule.Groups["target"].Value, ([.. needs, .. Call().Matches(recipe).Select(call => call.Groups[1].Value)], recipe));
        }
        return rules;
    }

    private static HashSet<string> RunBy(Dictionary<string, (string[] Needs, string Recipe)> rules, string target)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        var open = new Queue<string>([target]);
        while (open.TryDequeue(out var name))
        {
            if (rules.TryGetValue(name, out var rule) && seen.Add(name))
            {
                Array.ForEach(rule.Needs, open.Enqueue);
            }
        }
        return seen;
    }

    [GeneratedRegex(@"^(?<target>[A-Za-z][\w-]*)[ \t]*:(?!=)(?<needs>[^\n#;|=]*)[^\n]*(?<recipe>(\n\t[^\n]*)*)", RegexOptions.Multiline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?:\$\(MAKE\)|\$\{MAKE\}|\bmake)\s+([A-Za-z][\w-]*)")]
    private static partial Regex Call();
}
