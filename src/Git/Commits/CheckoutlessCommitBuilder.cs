using System.Globalization;

namespace Orchestrator.Git.Commits;

/// <summary>Creates commits of files that the orchestrator itself writes, without using a checkout.</summary>
public sealed class CheckoutlessCommitBuilder(GitRepository repository)
{
    /// <summary>All-zero file mode that git prints for a file that does not exist.</summary>
    private const string Nothing = "000000";

    /// <summary>Creates a commit on top of <paramref name="parent"/> in which the given files have the given contents and all other files
    /// are unchanged. The commit has the same date as its parent, so that repeated calls create the same commit. No ref is updated.
    /// </summary>
    /// <param name="parent">Parent commit.</param>
    /// <param name="files">Contents by path, relative to the root and with slashes. They are stored byte for byte.</param>
    /// <param name="message">Commit message.</param>
    /// <param name="trailers">Trailers that identify the origin of the commit.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Id of the commit.</returns>
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
                    Input = ProcessStandardInput.FromText(content),
                },
                cancellationToken
            );
            entries.Append(CultureInfo.InvariantCulture, $"100644 {blob.Text}\t{path}\0");
        }
        return await CommitAsync(parent, entries.ToString(), message, trailers, cancellationToken);
    }

    /// <summary>
    /// Creates a commit on top of <paramref name="parent"/> in which the changed files have either their old or their new content. All
    /// other files are unchanged. The commit has the same date as its parent, so repeated calls create the same commit, and no ref is
    /// updated.
    /// </summary>
    /// <param name="parent">Parent commit.</param>
    /// <param name="files">Changed files, without submodules.</param>
    /// <param name="isBefore">True for the content before the change.</param>
    /// <param name="message">Commit message.</param>
    /// <param name="trailers">Trailers that identify the origin of the commit.</param>
    /// <param name="stop">Checked between git calls.</param>
    /// <returns>Id of the commit.</returns>
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
            // If a folder replaces a file, the index must drop the file before it accepts files in the folder.
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
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(entries)),
            },
            cancellationToken
        );
        var tree = (
            await repository.WriteAsync(repository.Call("write-tree") with { Environment = index.Environment }, cancellationToken)
        ).Text;
        var commits = new GitCommitReaderAndWriter(repository);
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
