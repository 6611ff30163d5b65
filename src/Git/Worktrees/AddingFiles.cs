namespace Orchestrator.Git.Worktrees;

/// <summary>Adds all files of a worktree to an index, with two exceptions. No git runs in repositories nested in it: <c>git add</c>
/// would start one there, which goes by the configuration that lies in them. Files that are as a checkout of the index writes them keep
/// their entries (<see cref="PristineFiles"/>).</summary>
/// <param name="run">Runs a call, and does not wait for locks of others in vain.</param>
/// <param name="environment">The index and the object folder; empty: the worktree's own.</param>
internal sealed class AddingFiles(Worktree worktree, Func<GitCall, Task<GitOutput>> run, IReadOnlyDictionary<string, string?> environment)
{
    private const string NestedMode = "160000 ";

    /// <summary>A program that writes all the time ends sooner or later, or a person must look at it.</summary>
    private const int MostTries = 10;

    /// <summary>Adds.</summary>
    /// <param name="without">Files and folders, relative to the root, that stay as the index has them.</param>
    /// <param name="options">More options of <c>git add</c>.</param>
    /// <param name="answers">Exit codes that are no failures.</param>
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
        var pristine = await new PristineFiles(worktree).FindInIndexAsync(environment, cancellationToken);
        string[] pathspecs = [".", .. without.Concat(nested).Concat(pristine).Select(path => $":(exclude,top,literal){path}")];
        var add = Call(["add", "--all", "--sparse", .. options, "--pathspec-from-file=-", "--pathspec-file-nul"]) with
        {
            Input = ProcessInput.FromBytes(FileNames.Encode(string.Join('\0', pathspecs))),
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
                // A temporary file is gone before git has read it. What is there now is added once more.
            }
        }
        if (nested.Count > 0)
        {
            // This looks at their heads alone.
            var heads = Call("update-index", "--add", "--remove", "-z", "--stdin") with
            {
                Input = ProcessInput.FromBytes(FileNames.Encode(string.Concat(nested.Select(path => path + "\0")))),
                AnswerCodes = answers,
            };
            await run(heads);
        }
    }

    private GitCall Call(params IEnumerable<string> arguments) => worktree.Call(arguments) with { Environment = environment };
}
