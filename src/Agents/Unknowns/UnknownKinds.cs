namespace Orchestrator.Agents.Unknowns;

/// <summary>Kinds of events that a program printed and its description does not have: each once, the first of them, fit to be
/// shown.</summary>
internal sealed class UnknownKinds
{
    private const int Most = 20;
    private const int Longest = 60;
    private readonly List<string> _kinds = [];

    /// <summary>True if there was one.</summary>
    internal bool Any => _kinds.Count > 0;

    /// <summary>Notes an event.</summary>
    /// <param name="kind">Its kind as printed.</param>
    internal void Add(string kind)
    {
        if (_kinds.Count < Most && Shown(kind) is var shown && !_kinds.Contains(shown))
        {
            _kinds.Add(shown);
        }
    }

    /// <summary>A name that a program printed, without what a terminal would obey.</summary>
    internal static string Shown(string name) =>
        new([.. name.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    public override string ToString() => string.Join(", ", _kinds);
}
