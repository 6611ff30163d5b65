namespace Orchestrator.Plans;

/// <summary>The keys of one kind of mapping, with the other spellings under which each is accepted.</summary>
public sealed class KeyTable
{
    private readonly Dictionary<string, string> _canonical = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _synonyms = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A table of keys.</summary>
    /// <param name="keys">Each key followed by its other spellings, separated by spaces.</param>
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

    /// <summary>The keys in our own spelling.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All spellings, for suggestions.</summary>
    public IEnumerable<string> Spellings => _canonical.Keys;

    /// <summary>Adds words of other tools for a key: they are understood, and readers warn of them.</summary>
    /// <param name="key">The key.</param>
    /// <param name="words">The words, separated by spaces; those that are keys already stay what they are.</param>
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

    /// <summary>The key for a text, or null. Dashes and capitals inside words are read as underscores.</summary>
    public string? Find(string text) => FindOwn(text) ?? FindSynonym(text);

    /// <summary>The most similar key, or null.</summary>
    public string? Nearest(string text) =>
        NearestName.Of(SnakeCase(text), Spellings.Concat(_synonyms.Keys)) is { } near ? Usual(Find(near)!) : null;

    // A flag for a task that is done is no key of ours.
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
