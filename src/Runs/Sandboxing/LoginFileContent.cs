using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The parsed content of a login file.</summary>
internal sealed class LoginFileContent
{
    private const long LastSecond = 100_000_000_000; // A larger number is in milliseconds.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };
    private readonly JsonObject _root;
    private readonly Dictionary<string, JsonValue> _tokens;
    private readonly Dictionary<string, string> _account;

    private LoginFileContent(AgentLoginFile file, JsonObject root, byte[] content)
    {
        (_root, Content) = (root, content);
        _tokens = Find(file.Tokens).ToDictionary(found => found.At, found => found.Value);
        _account = Find(file.Account).ToDictionary(found => found.At, found => found.Value.ToString());
        Expires = file.Expires is { } path ? Find([path]).Select(found => TimeOf(found.Value)).Min() : null;
    }

    /// <summary>The original bytes of the login file.</summary>
    public byte[] Content { get; }

    /// <summary>Earliest expiry time of the tokens, or null if it is unknown.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>
    /// Parses a login file. Returns null if the content is not a JSON object, contains no tokens, or contains an empty token.
    /// </summary>
    public static LoginFileContent? TryParse(AgentLoginFile file, byte[]? content)
    {
        try
        {
            return
                content is not null
                && JsonNode.Parse(content, documentOptions: s_strict) is JsonObject root
                && new LoginFileContent(file, root, content) is { _tokens.Count: > 0 } login
                && login._tokens.Values.All(token => token.ToString().Trim().Length > 0)
                ? login
                : null;
        }
        // InvalidOperationException is thrown if a string contains only one half of a surrogate pair.
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>True if another login file has the same tokens.</summary>
    public bool HasTokensOf(LoginFileContent other) => IsSame(_tokens, other._tokens, (one, two) => one.ToString() == two.ToString());

    /// <summary>
    /// True if another login file belongs to the same account and has the same kinds of tokens at the same positions in the file.
    /// </summary>
    public bool IsOfAccountOf(LoginFileContent other) =>
        IsSame(_account, other._account, string.Equals)
        && IsSame(_tokens, other._tokens, (one, two) => one.GetValueKind() == two.GetValueKind());

    /// <summary>Returns this login file's bytes after replacing its tokens with those of another login file for the same account.</summary>
    public byte[] With(LoginFileContent other)
    {
        var copy = (JsonObject)_root.DeepClone();
        foreach (var (at, value) in other._tokens)
        {
            var names = JsonSerializer.Deserialize<string[]>(at)!;
            names.SkipLast(1).Aggregate((JsonNode)copy, (node, name) => node[name]!)[names[^1]] = value.DeepClone();
        }
        var isIndented = Content.AsSpan().TrimEnd("\r\n "u8).Contains((byte)'\n');
        return Encoding.UTF8.GetBytes(copy.ToJsonString(new JsonSerializerOptions { WriteIndented = isIndented }));
    }

    private static bool IsSame<T>(Dictionary<string, T> one, Dictionary<string, T> two, Func<T, T, bool> areEqual) =>
        one.Count == two.Count && one.All(pair => two.TryGetValue(pair.Key, out var other) && areEqual(pair.Value, other));

    private IEnumerable<(string At, JsonValue Value)> Find(IReadOnlyList<string> paths) =>
        paths.SelectMany(path => Below(_root, path.Split('.'), [])).DistinctBy(found => found.At);

    private static IEnumerable<(string At, JsonValue Value)> Below(JsonNode? node, string[] names, string[] passed) =>
        names is [var name, .. var rest]
            ? Members(node)
                .Where(member => name == "*" || member.Key == name)
                .SelectMany(member => Below(member.Value, rest, [.. passed, member.Key]))
        : node is JsonValue value ? [(JsonSerializer.Serialize(passed), value)]
        : [];

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) =>
        node as JsonObject ?? (node is JsonValue value && value.TryGetValue<string>(out var text) ? ClaimsOf(text) : null) ?? [];

    // RFC 7519: a token consists of a header, claims and a signature, each in base64url.
    private static JsonObject? ClaimsOf(string token)
    {
        try
        {
            return token.Split('.') is [_, var claims, _] ? JsonNode.Parse(Base64Url.DecodeFromChars(claims)) as JsonObject : null;
        }
        catch (Exception other) when (other is FormatException or JsonException)
        {
            return null;
        }
    }

    private static DateTimeOffset? TimeOf(JsonValue value)
    {
        try
        {
            return value.TryGetValue<double>(out var number)
                ? number > LastSecond
                    ? DateTimeOffset.FromUnixTimeMilliseconds((long)number)
                    : DateTimeOffset.FromUnixTimeSeconds((long)number)
                : value.TryGetValue<string>(out var text)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
                    ? date
                    : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
