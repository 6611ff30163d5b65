using System.Text.Json.Nodes;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Converts the repository's agent files (<c>.claude/agents/*.md</c>: front matter, then the prompt) to the CLI's <c>--agents</c>
/// JSON. The front matter is parsed leniently, line by line, because its descriptions are often invalid YAML (unquoted colons).</summary>
internal static class ClaudeAgentDefinitions
{
    /// <summary>
    /// Maximum length of the JSON, in bytes. Leaves a margin below Linux's limit of 128 KiB for one argument (MAX_ARG_STRLEN).
    /// </summary>
    private const int ArgumentLimit = 126 * 1024;

    /// <summary>
    /// Returns the JSON, or null if it would contain no agents. Also returns the names of files that are omitted because they exceed the
    /// limit or have no front matter.
    /// </summary>
    internal static (string? Json, IReadOnlyList<string> LeftOut) ToJson(IReadOnlyDictionary<string, string> files)
    {
        List<string> members = [];
        List<string> leftOut = [];
        var size = 2;
        foreach ((var file, var text) in files)
        {
            if (Parse(Path.GetFileNameWithoutExtension(file), text) is not { } agent)
            {
                leftOut.Add(file);
                continue;
            }
            var member = $"{JsonValue.Create(agent.Name).ToJsonString()}:{agent.Definition.ToJsonString()}";
            var bytes = System.Text.Encoding.UTF8.GetByteCount(member) + 1;
            if (size + bytes > ArgumentLimit)
            {
                leftOut.Add(file);
                continue;
            }
            size += bytes;
            members.Add(member);
        }
        return (members.Count == 0 ? null : "{" + string.Join(',', members) + "}", leftOut);
    }

    internal static (string Name, JsonObject Definition)? Parse(string fileName, string text)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var end = lines[0].TrimEnd() == "---" ? Array.FindIndex(lines, 1, line => line.TrimEnd() == "---") : -1;
        if (end < 0)
        {
            return null;
        }
        var facts = ReadFrontMatter(lines[1..end]);
        JsonObject definition = new()
        {
            ["description"] = facts.GetValueOrDefault("description") is { Length: > 0 } said ? said : fileName,
            ["prompt"] = string.Join('\n', lines[(end + 1)..]).Trim(),
        };
        foreach (var list in (string[])["tools", "disallowedTools"])
        {
            if (facts.TryGetValue(list, out var names) && names.Length > 0)
            {
                definition[list] = new JsonArray([.. SplitList(names).Select(name => JsonValue.Create(name))]);
            }
        }
        if (facts.GetValueOrDefault("model") is { Length: > 0 } model)
        {
            definition["model"] = model;
        }
        return (facts.GetValueOrDefault("name") is { Length: > 0 } name ? name : fileName, definition);
    }

    /// <summary>Parses <c>key: value</c> lines. An indented line belongs to the preceding key, and quotes are removed.</summary>
    private static Dictionary<string, string> ReadFrontMatter(IEnumerable<string> lines)
    {
        Dictionary<string, string> facts = new(StringComparer.Ordinal);
        string? key = null;
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]) && line[0] is not ('-' or '#') && colon > 0)
            {
                key = line[..colon].Trim();
                var value = line[(colon + 1)..].Trim();
                facts[key] = value is ">" or "|" or ">-" or "|-" ? "" : Unquote(value);
            }
            else if (key is not null && line.Trim() is { Length: > 0 } more && more[0] != '#')
            {
                more = more.StartsWith("- ", StringComparison.Ordinal) ? Unquote(more[2..].Trim()) + "," : more;
                facts[key] = facts[key].Length == 0 ? more : facts[key] + " " + more;
            }
        }
        return facts;
    }

    private static IEnumerable<string> SplitList(string names) =>
        names.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Unquote);

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
