namespace Orchestrator.Plans;

/// <summary>Keys of one kind of YAML or JSON mapping, each with its alternative spellings.</summary>
public sealed class YamlOrJsonKeySynonymTable
{
    private readonly Dictionary<string, string> _canonical = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _synonyms = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a table of keys.</summary>
    /// <param name="keys">Each key followed by its alternative spellings, separated by spaces.</param>
    public YamlOrJsonKeySynonymTable(params string[] keys)
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

    /// <summary>Keys in their canonical spelling.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>All accepted spellings, used for suggestions.</summary>
    public IEnumerable<string> Spellings => _canonical.Keys;

    /// <summary>Adds the synonyms that other tools use for a key. Readers accept these synonyms but report a warning.</summary>
    /// <param name="key">Canonical key that the words stand for.</param>
    /// <param name="words">Words separated by spaces. A word that is already a key keeps its meaning.</param>
    public YamlOrJsonKeySynonymTable With(string key, string words)
    {
        foreach (var word in words.Split(' '))
        {
            _synonyms[word] = key;
        }
        return this;
    }

    /// <summary>True if <paramref name="text"/> is a synonym that another tool uses for a key.</summary>
    public bool IsSynonym(string text) => FindOwn(text) is null && FindSynonym(text) is not null;

    /// <summary>
    /// Returns the canonical key for a spelling or synonym, or null if no key matches. Dashes, spaces and camel case are converted to
    /// underscores.
    /// </summary>
    public string? Find(string text) => FindOwn(text) ?? FindSynonym(text);

    /// <summary>
    /// Returns the canonical key of the spelling or synonym that is most similar to <paramref name="text"/>, or null if none is similar.
    /// </summary>
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
