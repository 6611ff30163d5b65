namespace Orchestrator.Messages;

/// <summary>Formats commit ids for users.</summary>
public static class CommitIdFormatter
{
    // Matches the length of git's abbreviated ids in large repositories.
    private const int Shown = 12;

    /// <summary>Returns the first 12 characters of a commit id, or the whole id if it is shorter.</summary>
    public static string Shorten(string commit) => commit.Length > Shown ? commit[..Shown] : commit;
}
