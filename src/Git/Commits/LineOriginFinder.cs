using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Finds the commit that last changed a given line of a file, and the merge that brought the commit onto a branch.</summary>
public sealed class LineOriginFinder(GitRepository repository)
{
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>
    /// Returns the commit that last changed a line. Moving the line within its file or changing its white space does not count as a change.
    /// </summary>
    /// <param name="revision">Revision of the file.</param>
    /// <param name="path">Path of the file relative to the root, with slashes.</param>
    /// <param name="line">Line number, counted from 1.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Origin of the line, or null if the file or the line does not exist.</returns>
    public async Task<LineBlameResult?> FindAsync(string revision, string path, int line, CancellationToken cancellationToken = default)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{line},{line}");
        var said = await repository.ReadAsync(
            repository.Call("blame", "-w", "-M", "--line-porcelain", "-L", range, revision, "--", path) with
            {
                AnswerCodes = [0, 128],
            },
            cancellationToken
        );
        if (said.ExitCode != 0 || said.Lines is not [var first, .. var rest] || first.Split(' ') is not [var id, var original, ..])
        {
            return null;
        }
        var time = long.TryParse(Value(rest, "author-time "), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : 0;
        return new LineBlameResult(
            id,
            Value(rest, "filename "),
            int.Parse(original, CultureInfo.InvariantCulture),
            Value(rest, "author "),
            DateTimeOffset.FromUnixTimeSeconds(time),
            Value(rest, "summary "),
            rest.FirstOrDefault(text => text.StartsWith('\t'))?[1..] ?? ""
        );
    }

    /// <summary>
    /// Finds the merge that brought a commit onto a branch. This is the oldest commit on the branch's first-parent chain from which the
    /// given commit is reachable.
    /// </summary>
    /// <param name="commit">The commit.</param>
    /// <param name="tip">Tip of the branch. Only its first-parent chain is searched.</param>
    /// <param name="since">Commit of the branch that does not contain the commit.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The merge, or null if the branch does not contain the commit.</returns>
    public async Task<CommitInfo?> FindMergeAsync(string commit, string tip, string since, CancellationToken cancellationToken = default)
    {
        var own = await _commits.ListFirstParentsAsync(tip, since, cancellationToken);
        // The list is sorted from newest to oldest, and the commits that contain the given commit come first, so a binary search works.
        var (with, without) = (0, own.Count);
        while (with < without)
        {
            var middle = (with + without) / 2;
            if (await _commits.IsAncestorAsync(commit, own[middle].Id, cancellationToken))
            {
                with = middle + 1;
            }
            else
            {
                without = middle;
            }
        }
        return with == 0 ? null : own[with - 1];
    }

    /// <summary>
    /// True if the commit is the tip of a branch or one of the tip's ancestors. False if the commit or the tip does not exist.
    /// </summary>
    public async Task<bool> HasAsync(string tip, string commit, CancellationToken cancellationToken = default) =>
        await _commits.ReadAsync(tip, cancellationToken) is { Id: var id } && await _commits.IsAncestorAsync(commit, id, cancellationToken);

    private static string Value(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
}

/// <summary>Commit that last changed a line of a file.</summary>
/// <param name="Commit">Commit that last changed the line.</param>
/// <param name="Path">Path of the file in that commit.</param>
/// <param name="Line">Line number in that commit, counted from 1.</param>
/// <param name="Author">Name of the author.</param>
/// <param name="Time">Author date of the commit.</param>
/// <param name="Subject">First line of the commit message.</param>
/// <param name="Text">Text of the line.</param>
public sealed record LineBlameResult(string Commit, string Path, int Line, string Author, DateTimeOffset Time, string Subject, string Text);
