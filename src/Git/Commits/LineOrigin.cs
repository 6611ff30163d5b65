using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Finds the commit that a line of a file comes from.</summary>
public sealed class LineOrigin(GitRepository repository)
{
    private readonly CommitStore _commits = new(repository);

    /// <summary>The commit that last changed a line; blanks alone and moved lines count as unchanged.</summary>
    /// <param name="revision">The state of the file that is meant.</param>
    /// <param name="path">The file, relative to the root, with slashes.</param>
    /// <param name="line">Number of the line, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null: the file or the line is not there.</returns>
    public async Task<LineCommit?> FindAsync(string revision, string path, int line, CancellationToken cancellationToken = default)
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
        return new LineCommit(
            id,
            Value(rest, "filename "),
            int.Parse(original, CultureInfo.InvariantCulture),
            Value(rest, "author "),
            DateTimeOffset.FromUnixTimeSeconds(time),
            Value(rest, "summary "),
            rest.FirstOrDefault(text => text.StartsWith('\t'))?[1..] ?? ""
        );
    }

    /// <summary>The merge that brought a commit onto a branch: the oldest of the branch's own commits that has it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="tip">The branch; only its first parents are searched.</param>
    /// <param name="since">A commit of the branch that does not have it yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null: the branch does not have it.</returns>
    public async Task<CommitInfo?> FindMergeAsync(string commit, string tip, string since, CancellationToken cancellationToken = default)
    {
        var own = await _commits.ListFirstParentsAsync(tip, since, cancellationToken);
        // Newest first: all that follow one without it are without it, too.
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

    /// <summary>True if a commit or branch has a commit among its ancestors, or is it; false where there is no such commit or
    /// branch.</summary>
    public async Task<bool> HasAsync(string tip, string commit, CancellationToken cancellationToken = default) =>
        await _commits.ReadAsync(tip, cancellationToken) is { Id: var id } && await _commits.IsAncestorAsync(commit, id, cancellationToken);

    private static string Value(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
}

/// <summary>The place where a line of a file comes from.</summary>
/// <param name="Commit">The commit that last changed it.</param>
/// <param name="Path">The file in that commit.</param>
/// <param name="Line">Number of the line there, from 1.</param>
/// <param name="Author">The author's name.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Subject">First line of the commit's message.</param>
/// <param name="Text">The line.</param>
public sealed record LineCommit(string Commit, string Path, int Line, string Author, DateTimeOffset Time, string Subject, string Text);
