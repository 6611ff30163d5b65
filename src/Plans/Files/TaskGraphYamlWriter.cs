using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans;

/// <summary>Writes a plan as YAML in the task-graph format, with every value filled in. Reading the YAML gives the same plan.</summary>
public static class TaskGraphYamlWriter
{
    /// <summary>Writes the plan as YAML.</summary>
    public static string Write(Plan plan)
    {
        using var document = JsonDocument.Parse(PlanJson.WriteIndented(plan));
        var text = new StringBuilder();
        Members(text, document.RootElement, indent: 0);
        return text.ToString();
    }

    /// <summary>Writes the plan as YAML without default values, for users to read and edit.</summary>
    public static string WriteShort(Plan plan)
    {
        var root = JsonNode.Parse(PlanJson.WriteIndented(plan))!;
        Shorten(root);
        var text = new StringBuilder();
        using var document = JsonDocument.Parse(root.ToJsonString());
        Members(text, document.RootElement, indent: 0);
        return text.ToString();
    }

    private static void Shorten(JsonNode node)
    {
        foreach (var item in node is JsonArray list ? list.OfType<JsonNode>() : [])
        {
            Shorten(item);
        }
        foreach ((var name, var value) in node is JsonObject mapping ? mapping.ToList() : [])
        {
            if (IsUsual(name, value))
            {
                ((JsonObject)node).Remove(name);
            }
            else
            {
                Shorten(value!);
            }
        }
    }

    // 'files_write' is never omitted because a missing value would allow every file.
    private static bool IsUsual(string name, JsonNode? value) =>
        value switch
        {
            null => true,
            JsonArray { Count: 0 } => name is not ("files_write" or "tasks"),
            JsonObject { Count: 0 } => true,
            JsonValue given when given.TryGetValue(out bool flag) => flag == name is "required",
            JsonValue given when given.TryGetValue(out string? text) => name == "status" && text == "pending",
            _ => false,
        };

    private static void Members(StringBuilder text, JsonElement mapping, int indent)
    {
        var isFirst = true;
        foreach (var member in mapping.EnumerateObject())
        {
            // The first member of a list item goes on the line of its dash.
            text.Append(' ', isFirst && text.Length > 0 && text[^1] == ' ' ? 0 : indent).Append(Scalar(member.Name)).Append(':');
            Value(text, member.Value, indent + 2);
            isFirst = false;
        }
    }

    private static void Value(StringBuilder text, JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                text.Append('\n');
                Members(text, value, indent);
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                text.Append('\n');
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(' ', indent).Append('-');
                    Item(text, item, indent + 2);
                }
                break;
            case JsonValueKind.String when IsBlock(value.GetString()!):
                Block(text, value.GetString()!, indent);
                break;
            default:
                text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder text, JsonElement item, int indent)
    {
        if (item.ValueKind == JsonValueKind.Object)
        {
            text.Append(' ');
            Members(text, item, indent);
        }
        else
        {
            Value(text, item, indent);
        }
    }

    private static string Inline(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "{}",
            JsonValueKind.Array => "[]",
            JsonValueKind.String => Scalar(value.GetString()!),
            _ => value.GetRawText(),
        };

    // A literal block preserves only text without control characters, without an indented first line and without trailing blank lines.
    private static bool IsBlock(string value) =>
        value.AsSpan(0, Math.Max(0, value.Length - 1)).Contains('\n')
        && value[0] is not (' ' or '\n' or '\t')
        && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && !value.Any(c => c != '\n' && IsUnsafe(c));

    private static void Block(StringBuilder text, string value, int indent)
    {
        text.Append(value.EndsWith('\n') ? " |\n" : " |-\n");
        foreach (var line in value.TrimEnd('\n').Split('\n'))
        {
            text.Append(' ', line.Length == 0 ? 0 : indent).Append(line).Append('\n');
        }
    }

    private static string Scalar(string value)
    {
        var isPlain =
            value.Length > 0
            && (char.IsLetter(value[0]) || value[0] is '_' or '/' or '.')
            && value.All(c =>
                char.IsLetterOrDigit(c)
                || c is ' ' or '_' or '-' or '/' or '.' or '(' or ')' or ',' or '+' or '=' or '<' or '>' or ';' or '\''
            )
            && value[^1] != ' '
            && value.ToLowerInvariant() is not ("true" or "false" or "yes" or "no" or "on" or "off" or "null" or "y" or "n")
            && !value.StartsWith(".inf", StringComparison.OrdinalIgnoreCase)
            && !value.StartsWith(".nan", StringComparison.OrdinalIgnoreCase);
        return isPlain ? value : Quoted(value);
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                _ when IsUnsafe(c) && !char.IsSurrogate(c) => text.Append("\\u")
                    .Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }

    // Control characters, other line ends, and characters that YAML considers non-printable.
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' or '\u0085' || char.IsSurrogate(c);
}
