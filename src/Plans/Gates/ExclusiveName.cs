namespace Orchestrator.Plans;

/// <summary>The exclusive name of a gate (<c>exclusive: NAME</c>), such as a port or a database: gates of one name run one at a time over
/// all runs of a user on a machine. The name is part of a path.</summary>
public static class ExclusiveName
{
    /// <summary>The rule for names, as the cure of a fault.</summary>
    public const string Rule =
        "Give it a name of letters, digits, '.', '_' and '-', at most 64, that begins with a letter or a digit, such as 'database'.";

    private const int Longest = 64;

    /// <summary>True for a name that follows <see cref="Rule"/>.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= Longest
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
