using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Commits files that the orchestrator writes itself, without a checkout.</summary>
public sealed class FileCommits(GitRepository repository)
{
    /// <summary>Mode of a file that is not there.</summary>
    private const string Nothing = "000000";

    /// <summary>Creates a commit on top of <paramref name="parent"/> in which these files have these contents; all others stay. It has the
    /// parent's date, so that repeating it gives the same commit. No ref names it yet.</summary>
    /// <param name="parent">The commit before.</param>
    /// <param name="files">Contents by path, relative to the root, with slashes. They are stored byte for byte.</param>
    /// <param name="message">The commit message.</param>
    /// <param name="trailers">Its origin.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <returns>The commit's id.</returns>
    public async Task<string> CommitAsync(
        string parent,
        IReadOnlyDictionary<string, string> files,
        string message,
        CommitTrailers trailers,
        CancellationToken cancellationToken = default
    )
    {
        var entries = new StringBuilder();
        foreach (var (path, content) in files)
        {
            var blob = await repository.AddObjectsAsync(
                repository.Call("hash-object", "-w", "--no-filters", "--stdin") with
                {
                    Input = ProcessInput.FromText(content),
                },
                cancellationToken
            );
            entries.Append(CultureInfo.InvariantCulture, $"100644 {blob.Text}\t{path}\0");
        }
        return await CommitAsync(parent, entries.ToString(), message, trailers, cancellationToken);
    }

    /// <summary>Creates a commit on top of <paramref name="parent"/> in which these files are as they were before their change, or are
    /// after it. It has the parent's date, so that repeating it gives the same commit. No ref names it.</summary>
    /// <param name="parent">The commit before.</param>
    /// <param name="files">The files; none of them a submodule.</param>
    /// <param name="isBefore">True for their content before the change.</param>
    /// <param name="message">The commit message.</param>
    /// <param name="trailers">Its origin.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>The commit's id.</returns>
    public Task<string> ComposeAsync(
        string parent,
        IEnumerable<ChangedFile> files,
        bool isBefore,
        string message,
        CommitTrailers trailers,
        CancellationToken stop
    )
    {
        var entries = files
            .Select(file => (file.Path, Mode: isBefore ? file.OldMode : file.NewMode, Id: isBefore ? file.OldId : file.NewId))
            // A folder may be where a file was: the file goes first.
            .OrderBy(entry => entry.Mode != Nothing)
            .Select(entry => entry.Mode == Nothing ? $"0 {entry.Id}\t{entry.Path}\0" : $"{entry.Mode} {entry.Id}\t{entry.Path}\0");
        return CommitAsync(parent, string.Concat(entries), message, trailers, stop);
    }

    private async Task<string> CommitAsync(
        string parent,
        string entries,
        string message,
        CommitTrailers trailers,
        CancellationToken cancellationToken
    )
    {
        using var index = new TemporaryIndex(repository);
        await repository.WriteAsync(repository.Call("read-tree", parent) with { Environment = index.Environment }, cancellationToken);
        await repository.WriteAsync(
            repository.Call("update-index", "-z", "--index-info") with
            {
                Environment = index.Environment,
                Input = ProcessInput.FromBytes(FileNames.Encode(entries)),
            },
            cancellationToken
        );
        var tree = (
            await repository.WriteAsync(repository.Call("write-tree") with { Environment = index.Environment }, cancellationToken)
        ).Text;
        var commits = new CommitStore(repository);
        return await commits.CreateAsync(
            tree,
            [parent],
            message,
            trailers,
            await commits.ReadDateAsync(parent, cancellationToken),
            cancellationToken
        );
    }
}
