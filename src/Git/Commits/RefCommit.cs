namespace Orchestrator.Git.Commits;

/// <summary>A ref, its commit, and the run, task and attempt recorded in the commit's trailers.</summary>
/// <param name="Ref">Full ref name.</param>
/// <param name="Commit">Id of the commit.</param>
/// <param name="Trailers">Run and task in the commit's trailers, or null if it has none.</param>
public sealed record RefCommit(string Ref, string Commit, CommitTrailers? Trailers)
{
    /// <summary>Lists all refs with a given prefix, together with the trailers of their commits, in one git process.</summary>
    /// <param name="prefix">Ref prefix, such as <c>refs/orchestrator/results</c>.</param>
    public static async Task<IReadOnlyList<RefCommit>> ListAsync(
        GitRepository repository,
        string prefix,
        CancellationToken cancellationToken = default
    )
    {
        var output = await repository.ReadAsync(
            repository.Call(
                "for-each-ref",
                "--format=%(objectname)%09%(refname)%09%(contents:trailers:key=Orchestrator-Run,key=Orchestrator-Task,separator=%x09)",
                prefix
            ),
            cancellationToken
        );
        return
        [
            .. output
                .Lines.Select(line => line.Split('\t'))
                .Select(parts => new RefCommit(parts[1], parts[0], CommitTrailers.Parse(parts.Skip(2)))),
        ];
    }
}
