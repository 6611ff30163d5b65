namespace Orchestrator.Agents.Descriptions;

/// <summary>Key that an agent program keeps in a JSON file.</summary>
/// <param name="File">Path of the file: absolute, or in a description relative to the home directory.</param>
/// <param name="Member">Path of the member with the key, such as <c>openai.key</c>.</param>
public sealed record AgentApiKeyLocation(string File, string Member)
{
    private const long LargestFile = 4 << 20;

    /// <summary>
    /// Required values of other members of the file, by member path. The program uses the key only if all values match. An empty string
    /// matches a missing member. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Where
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>Determines which key the program uses if both the variable and the file contain one.</summary>
    public AgentApiKeyPrecedence Order { get; init; }

    /// <summary>Top-level member of the file that contains the key. In a sandbox, the program sees the file without this member.</summary>
    public string TopMember => Member.Split('.')[0];

    /// <summary>Returns the key, or null if the file has none that the program uses.</summary>
    public string? Read() =>
        Parse() is { } root && Where.All(value => TextAt(root, value.Key) == value.Value)
            ? TextAt(root, Member).Trim() is { Length: > 0 } key
                ? key
                : null
            : null;

    /// <summary>
    /// True if the file contains the top-level member, even if that member holds another kind of login for the same service.
    /// </summary>
    public bool IsPresent() => Parse() is { } root && root.TryGetProperty(TopMember, out _);

    /// <summary>
    /// Returns a file's content without the specified top-level members. Content that is not a JSON object is returned unchanged.
    /// </summary>
    /// <param name="content">Content of the file.</param>
    /// <param name="members">Names of the members.</param>
    public static byte[] Remove(byte[] content, IReadOnlyList<string> members)
    {
        if (members.Count == 0 || ParseObject(content) is not { } root)
        {
            return content;
        }
        MemoryStream left = new();
        using (Utf8JsonWriter writer = new(left))
        {
            writer.WriteStartObject();
            foreach (var member in root.EnumerateObject().Where(member => !members.Contains(member.Name)))
            {
                member.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return left.ToArray();
    }

    /// <summary>Returns the string at a path, or an empty string if there is none.</summary>
    private static string TextAt(JsonElement root, string path)
    {
        foreach (var name in path.Split('.'))
        {
            root = root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var member) ? member : default;
        }
        return root.ValueKind == JsonValueKind.String ? root.GetString() ?? "" : "";
    }

    private JsonElement? Parse()
    {
        try
        {
            return RegularFileReader.TryRead(File, LargestFile) is { } content ? ParseObject(content) : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null; // The program can't read it either.
        }
    }

    private static JsonElement? ParseObject(byte[] content)
    {
        try
        {
            return JsonElement.Parse(content) is { ValueKind: JsonValueKind.Object } root ? root : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Determines which key a program uses if both a variable and a file contain one.</summary>
public enum AgentApiKeyPrecedence
{
    /// <summary>The program uses the key from the variable.</summary>
    VariableFirst,

    /// <summary>The program uses the key from the file.</summary>
    FileFirst,
}
