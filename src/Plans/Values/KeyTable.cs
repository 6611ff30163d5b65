namespace Orchestrator.Plans;

/// <summary>The keys of one kind of mapping, with the alternative spellings under which each is accepted.</summary>
public sealed class KeyTable
{
    private readonly Dictionary<string, string> _canonical = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _synonyms = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a table of keys.</summary>
    /// <param name="keys">Each key followed by its alternative spellings, separated by spaces.</param>
    public KeyTable(params string[] keys)
    {
        Names = [.. keys.Select(k => k.Split(' ')[0])];
        foreach (var spellings in keys.Select(k => k.Split(' ')))
        {
            foreach (var spelling in spellings)
            {
                _canonical[spelling] = spellings[0];
            }
        }
    }

    /// <summary>The keys in their canonical spelling.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All spellings, for suggestions.</summary>
    public IEnumerable<string> Spellings => _canonical.Keys;

    /// <summary>Adds other tools' words for a key. They are accepted, but readers warn about them.</summary>
    /// <param name="key">The key.</param>
    /// <param name="words">Words separated by spaces. Words that are already keys keep their meaning.</param>
    public KeyTable With(string key, string words)
    {
        foreach (var word in words.Split(' '))
        {
            _synonyms[word] = key;
        }
        return this;
    }

    /// <summary>True if a text is another tool's word for a key.</summary>
    public bool IsSynonym(string text) => FindOwn(text) is null && FindSynonym(text) is not null;

    /// <summary>Returns the key for a text, or null if unknown. Dashes, spaces and camel case are converted to underscores.</summary>
    public string? Find(string text) => FindOwn(text) ?? FindSynonym(text);

    /// <summary>Returns the most similar key, or null if none is similar.</summary>
    public string? Nearest(string text) =>
        NearestName.Of(SnakeCase(text), Spellings.Concat(_synonyms.Keys)) is { } near ? Usual(Find(near)!) : null;

    // The flag for a completed task is not one of the format's own keys.
    private static string Usual(string key) => key == KeySynonyms.CompletedKey ? "status" : key;

    private string? FindOwn(string text) => _canonical.GetValueOrDefault(text) ?? _canonical.GetValueOrDefault(SnakeCase(text));

    private string? FindSynonym(string text) => _synonyms.GetValueOrDefault(text) ?? _synonyms.GetValueOrDefault(SnakeCase(text));

    private static string SnakeCase(string text)
    {
        var snake = new System.Text.StringBuilder(text.Length + 4);
        foreach (var c in text)
        {
            if (c is '-' or ' ')
            {
                snake.Append('_');
                continue;
            }
            if (char.IsAsciiLetterUpper(c) && snake.Length > 0 && snake[^1] != '_')
            {
                snake.Append('_');
            }
            snake.Append(char.ToLowerInvariant(c));
        }
        return snake.ToString();
    }
}
