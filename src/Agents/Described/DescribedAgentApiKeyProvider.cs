using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Lists the API keys that stay outside the sandbox of a program with an agent description. Also provides the arguments and variables that
/// direct the program's requests to the proxy, which inserts the keys.
/// </summary>
/// <param name="description">Description of the program.</param>
/// <param name="environment">Environment variables of the user.</param>
/// <param name="home">Absolute path of the home directory.</param>
internal sealed class DescribedAgentApiKeyProvider(
    AgentDescription description,
    IReadOnlyDictionary<string, string> environment,
    string home
)
{
    private const string Address = "{address}";
    private const long LargestFile = 4 << 20;

    /// <summary>
    /// Keys that can stay outside the sandbox. A key is excluded if the user's configuration sets the key or its service by other means.
    /// </summary>
    public IReadOnlyList<ProxyableAgentApiKey> All => [.. Descriptions.Select(KeyOf)];

    private IEnumerable<AgentApiKeyDescription> Descriptions => description.Keys.Where(key => !IsConfigured(key));

    /// <summary>Returns the arguments that replace the placeholder <c>{keys}</c> in the program's command line.</summary>
    public IReadOnlyList<string> Arguments(AgentRunParameters start) =>
        start.Sandbox?.Door is { } door
            ? [.. Outside(start).SelectMany(key => key.Arguments).Select(argument => Fill(argument, door.ServiceAddress))]
            : [];

    /// <summary>Returns the variables that make the program use the proxy's addresses for its services.</summary>
    public IReadOnlyDictionary<string, string> Variables(AgentRunParameters start)
    {
        Dictionary<string, JsonObject> merged = [];
        if (start.Sandbox?.Door is { } door)
        {
            foreach (var (name, value) in Outside(start).SelectMany(key => key.Environment))
            {
                var own = JsonNode.Parse(Fill(value, door.ServiceAddress))!.AsObject();
                merged[name] = merged.TryGetValue(name, out var other) ? Merge(other, own) : own;
            }
        }
        return merged.ToDictionary(pair => pair.Key, pair => pair.Value.ToJsonString());
    }

    private IEnumerable<AgentApiKeyDescription> Outside(AgentRunParameters start) =>
        Descriptions.Where(key => KeyOf(key).Find(environment.GetValueOrDefault) is not null && !start.Variables.Contains(key.Variable));

    private ProxyableAgentApiKey KeyOf(AgentApiKeyDescription key) =>
        new(key.Variable, key.Address, key.Service)
        {
            Stored = key.Stored is { } stored ? stored with { File = Path.Combine(home, stored.File) } : null,
        };

    // A login of another kind for the same service takes precedence, too.
    private bool IsConfigured(AgentApiKeyDescription key) =>
        KeyOf(key).Stored is { Order: AgentApiKeyPrecedence.FileFirst } stored && stored.IsPresent() && stored.Read() is null
        || key.Environment.Keys.Any(name => environment.GetValueOrDefault(name) is { Length: > 0 })
        || key.Unless.Any(unless => Contains(Path.Combine(home, unless.Key), unless.Value));

    private static bool Contains(string file, IReadOnlyList<string> texts)
    {
        try
        {
            return RegularFileReader.TryRead(file, LargestFile) is { } content
                && texts.Any(text => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return false; // The program can't read the file either.
        }
    }

    private static string Fill(string text, string address) => text.Replace(Address, address, StringComparison.Ordinal);

    private static JsonObject Merge(JsonObject first, JsonObject second)
    {
        foreach (var (name, value) in second)
        {
            first[name] = first[name] is JsonObject inner && value is JsonObject own ? Merge(inner, own).DeepClone() : value?.DeepClone();
        }
        return first;
    }
}
