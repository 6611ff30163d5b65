namespace Orchestrator.Plans;

/// <summary>
/// Validates the name in a gate's key <c>exclusive</c>, which stands for a shared resource such as a port or a database. Gates with the
/// same name run one at a time across all of a user's runs on a host. The name becomes part of a path.
/// </summary>
public static class ExclusiveGateNameValidator
{
    /// <summary>Rule for names in a gate's key <c>exclusive</c>, phrased as a suggested fix.</summary>
    public const string Rule =
        "Use a name of at most 64 letters, digits, '.', '_' and '-' that begins with a letter or a digit, such as 'database'.";

    private const int Longest = 64;

    /// <summary>True if the name follows <see cref="Rule"/>.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= Longest
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
