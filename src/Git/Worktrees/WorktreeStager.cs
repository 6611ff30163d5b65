namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Adds all files of a worktree to an index, with two exceptions. Nested repositories are handled without running git in them, because
/// <c>git add</c> would apply the configuration found there. Files that are unchanged since the checkout keep their index entries
/// (<see cref="FalselyModifiedFileFinder"/>).
/// </summary>
/// <param name="run">Runs a git call, with a limited wait for lock files.</param>
/// <param name="environment">Environment variables that name the index and the object folder, or empty for the worktree's own.</param>
internal sealed class WorktreeStager(
    Worktree worktree,
    Func<GitCommandInvocation, Task<GitCommandResult>> run,
    IReadOnlyDictionary<string, string?> environment
)
{
    private const string NestedMode = "160000 ";

    /// <summary>
    /// Maximum number of attempts to add the files. The last attempt fails if a program is still changing files in the worktree.
    /// </summary>
    private const int MostTries = 10;

    /// <summary>Adds all files of the worktree to the index.</summary>
    /// <param name="without">Files and folders, relative to the root, whose index entries are left unchanged.</param>
    /// <param name="options">Additional options of <c>git add</c>.</param>
    /// <param name="answers">Exit codes that count as success.</param>
    public async Task AddAllAsync(
        IReadOnlyCollection<string> without,
        IReadOnlyList<string> options,
        IReadOnlyList<int> answers,
        CancellationToken cancellationToken
    )
    {
        var index = await worktree.Repository.ReadAsync(Call("ls-files", "--stage", "-z"), cancellationToken);
        var nested = index
            .Fields()
            .Where(field => field.StartsWith(NestedMode, StringComparison.Ordinal))
            .Select(field => field[(field.IndexOf('\t', StringComparison.Ordinal) + 1)..])
            .Distinct(StringComparer.Ordinal)
            .Except(without, StringComparer.Ordinal)
            .ToList();
        var pristine = await new FalselyModifiedFileFinder(worktree).FindInIndexAsync(environment, cancellationToken);
        string[] pathspecs = [".", .. without.Concat(nested).Concat(pristine).Select(path => $":(exclude,top,literal){path}")];
        var add = Call(["add", "--all", "--sparse", .. options, "--pathspec-from-file=-", "--pathspec-file-nul"]) with
        {
            Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Join('\0', pathspecs))),
            AnswerCodes = answers,
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await run(add);
                break;
            }
            catch (GitException changing) when (changing.IsOfChangingFile && attempt < MostTries)
            {
                // A temporary file was removed before git read it, so the current files are added again.
            }
        }
        if (nested.Count > 0)
        {
            // For a nested repository, update-index reads only the HEAD and no configuration.
            var heads = Call("update-index", "--add", "--remove", "-z", "--stdin") with
            {
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(nested.Select(path => path + "\0")))),
                AnswerCodes = answers,
            };
            await run(heads);
        }
    }

    private GitCommandInvocation Call(params IEnumerable<string> arguments) => worktree.Call(arguments) with { Environment = environment };
}
