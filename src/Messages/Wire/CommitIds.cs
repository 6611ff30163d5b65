namespace Orchestrator.Messages;

/// <summary>Commits as people read them.</summary>
public static class CommitIds
{
    // As long as git's own short ids of large repositories.
    private const int Shown = 12;

    /// <summary>The first 12 characters of a commit's id; a shorter text as it is.</summary>
    public static string Shorten(string commit) => commit.Length > Shown ? commit[..Shown] : commit;
}
