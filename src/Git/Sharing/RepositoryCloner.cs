namespace Orchestrator.Git.Sharing;

/// <summary>Clones a repository, given only its address.</summary>
/// <param name="git">The git program.</param>
public sealed class RepositoryCloner(GitProgram git)
{
    private const string Suffix = ".cloning-";

    /// <summary>
    /// Name suffix of a temporary clone folder whose lock file is not held yet. Without the suffix, another process could mistake the
    /// folder for a leftover of a dead process and remove it.
    /// </summary>
    private const string BeginningSuffix = ".beginning-";
    private static readonly TimeSpan BeginsWithin = TimeSpan.FromHours(1);

    /// <summary>Returns the folder name that git chooses for a clone by default.</summary>
    /// <param name="address">URL or path.</param>
    /// <returns>Last part of the address without <c>.git</c>, or empty if it has none.</returns>
    public static string NameOf(string address)
    {
        var bare = Bare(address);
        var name = bare[(bare.LastIndexOfAny(['/', ':', '\\']) + 1)..];
        return name is "." or ".." ? "" : name;
    }

    /// <summary>
    /// Creates the clone if it does not exist. If the process is killed, no partial clone remains at the path, and the next call removes
    /// the leftovers.
    /// </summary>
    /// <param name="address">URL or path.</param>
    /// <param name="folder">Absolute path of the clone. Its parent folder must exist.</param>
    /// <param name="cancellationToken">Cancels the git calls.</param>
    /// <exception cref="GitException">Cloning failed, or the folder already exists and is not a clone of the address.</exception>
    public async Task MakeAsync(string address, string folder, CancellationToken cancellationToken = default)
    {
        if (await IsThereAsync(address, folder, cancellationToken))
        {
            return;
        }
        var parent = Path.GetDirectoryName(folder)!;
        var prefix = $".{Path.GetFileName(folder)}{Suffix}";
        foreach (var left in Directory.EnumerateDirectories(parent, prefix + "*"))
        {
            RemoveOfTheDead(left);
        }
        var beginning = $".{Path.GetFileName(folder)}{BeginningSuffix}";
        foreach (var left in Directory.EnumerateDirectories(parent, beginning + "*"))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(left) > BeginsWithin)
            {
                FolderRemover.Remove(left);
            }
        }
        var id = Guid.NewGuid().ToString("n");
        var (begun, place) = (Path.Combine(parent, beginning + id), Path.Combine(parent, prefix + id));
        OrchestratorFolderCreator.Ensure(begun);
        try
        {
            using var alive = InterProcessFileLock.TryTake(LockOf(begun));
            Directory.Move(begun, place);
            var made = Path.Combine(place, "clone");
            await git.AddObjectsAsync(new GitCommandInvocation(parent, ["clone", "--quiet", "--", address, made]), cancellationToken);
            try
            {
                Directory.Move(made, folder);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                // Another process created the clone at the same time.
                await IsThereAsync(address, folder, cancellationToken);
            }
        }
        finally
        {
            FolderRemover.Remove(begun);
            FolderRemover.Remove(place);
        }
    }

    private static string LockOf(string place) => Path.Combine(place, "lock");

    private static void RemoveOfTheDead(string place)
    {
        using var dead = InterProcessFileLock.TryTake(LockOf(place));
        if (dead is not null)
        {
            FolderRemover.Remove(place);
        }
    }

    /// <summary>True if the folder already contains a clone of the repository. False if the folder is missing or empty.</summary>
    /// <exception cref="GitException">The folder contains something else.</exception>
    private async Task<bool> IsThereAsync(string address, string folder, CancellationToken cancellationToken)
    {
        if (!Path.Exists(folder) || (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            return false;
        }
        var known = await RemotesOfAsync(folder, cancellationToken);
        return known.Select(Bare).Contains(Bare(address), StringComparer.Ordinal)
            ? true
            : throw new GitException(
                $"{folder} already exists and is not a clone of {GitRemoteAddressInspector.Show(address)}"
                    + (known.Count == 0 ? "." : $": its remotes are {string.Join(", ", known.Select(GitRemoteAddressInspector.Show))}.")
            );
    }

    private async Task<IReadOnlyList<string>> RemotesOfAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Path.Exists(Path.Combine(folder, ".git")))
        {
            return [];
        }
        var call = new GitCommandInvocation(folder, ["config", "--local", "--get-regexp", @"^remote\..*\.url$"])
        {
            AnswerCodes = [0, 1, 128],
        };
        return
        [
            .. (await git.ReadAsync(call, cancellationToken)).Lines.Select(line =>
                line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]
            ),
        ];
    }

    private static string Bare(string address)
    {
        var trimmed = address.TrimEnd('/');
        return trimmed.EndsWith(".git", StringComparison.Ordinal) ? trimmed[..^4].TrimEnd('/') : trimmed;
    }
}
