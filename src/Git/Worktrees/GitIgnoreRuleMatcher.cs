using System.Globalization;

namespace Orchestrator.Git.Worktrees;

/// <summary>A file that git ignores, with the rule that matches it.</summary>
/// <param name="Path">Path of the file, or of a folder with a trailing slash, relative to the root.</param>
/// <param name="Rule">Source of the rule, such as <c>.gitignore line 3 (build/)</c>.</param>
public sealed record IgnoredFile(string Path, string Rule);

/// <summary>Finds ignored files of a worktree, and the rules that match them.</summary>
public static class GitIgnoreRuleMatcher
{
    private const int MostOutput = 4 * 1024 * 1024;

    /// <summary>Returns those of the given files that are ignored and untracked, each with the ignore rule that matches it.</summary>
    public static async Task<IReadOnlyList<IgnoredFile>> ExplainAsync(
        Worktree worktree,
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken = default
    )
    {
        if (paths.Count == 0)
        {
            return [];
        }
        var output = await worktree.Repository.ReadAsync(
            worktree.Call("check-ignore", "--stdin", "-z", "--verbose") with
            {
                AnswerCodes = [0, 1],
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(paths.Select(path => path + "\0")))),
            },
            cancellationToken
        );

        // Fields: source, line, pattern, path.
        var ignored = new List<IgnoredFile>();
        foreach (var facts in output.Fields().Chunk(4).Where(facts => facts.Length == 4))
        {
            if (!facts[2].StartsWith('!'))
            {
                ignored.Add(
                    new IgnoredFile(
                        facts[3],
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{FileNameEncoding.Show(facts[0])} line {facts[1]} ({FileNameEncoding.Show(facts[2])})"
                        )
                    )
                );
            }
        }
        return ignored;
    }

    /// <summary>Lists ignored files. The list is cut after 4 MiB of git output.</summary>
    /// <param name="wholeFolders">True to list a folder that is ignored as a whole instead of its content.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(
        Worktree worktree,
        bool wholeFolders,
        CancellationToken cancellationToken = default
    )
    {
        var call = worktree.Call([
            "ls-files",
            "--others",
            "--ignored",
            "--exclude-standard",
            "-z",
            .. wholeFolders ? (string[])["--directory"] : [],
        ]);
        return (await worktree.Repository.ReadAsync(call with { OutputLimit = MostOutput, MayBeCut = true }, cancellationToken)).Fields();
    }
}
