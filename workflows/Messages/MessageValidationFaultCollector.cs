namespace Orchestrator.Workflows.Messages;

/// <summary>Collects the errors in a message and formats them for users.</summary>
internal sealed class MessageValidationFaultCollector
{
    private const int Most = 5;
    private const int MostQuoted = 60;
    private readonly List<string> _faults = [];
    private int _more;

    public bool None => _faults.Count == 0;

    /// <summary>Formats the name of a member, or of the argument itself.</summary>
    public static string Name(string path) => path.Length == 0 ? "the argument" : $"'{Shorten(path)}'";

    /// <summary>Quotes a received value, truncated if it is too long.</summary>
    public static string Quote(string text) => $"'{Shorten(text)}'";

    /// <summary>Adds an error, written as a clause.</summary>
    public void Add(string fault)
    {
        if (_faults.Count < Most)
        {
            _faults.Add(fault);
        }
        else
        {
            _more++;
        }
    }

    /// <summary>Formats all errors, each as a sentence.</summary>
    public string Describe() =>
        string.Join(" ", _faults.Select(fault => $"{char.ToUpperInvariant(fault[0])}{fault[1..]}."))
        + (_more > 0 ? $" And {Plural.Of(_more, "more fault")}." : "");

    private static string Shorten(string text)
    {
        var clean = string.Concat(text.Take(MostQuoted + 1).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return clean.Length <= MostQuoted ? clean : string.Concat(clean.AsSpan(0, MostQuoted), "...");
    }
}
