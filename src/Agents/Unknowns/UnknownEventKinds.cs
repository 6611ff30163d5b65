namespace Orchestrator.Agents.Unknowns;

/// <summary>
/// Collects the kinds of events that a program printed but that are not defined in its description. Keeps at most 20 distinct kinds, and
/// replaces control characters in their names.
/// </summary>
internal sealed class UnknownEventKinds
{
    private const int Most = 20;
    private const int Longest = 60;
    private readonly List<string> _kinds = [];

    /// <summary>True if at least one unknown kind of event was recorded.</summary>
    internal bool Any => _kinds.Count > 0;

    /// <summary>Records an event of an unknown kind.</summary>
    /// <param name="kind">Kind as printed.</param>
    internal void Add(string kind)
    {
        if (_kinds.Count < Most && CleanName(kind) is var shown && !_kinds.Contains(shown))
        {
            _kinds.Add(shown);
        }
    }

    /// <summary>Truncates a name that a program printed, and replaces its control characters.</summary>
    internal static string CleanName(string name) =>
        new([.. name.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    public override string ToString() => string.Join(", ", _kinds);
}
