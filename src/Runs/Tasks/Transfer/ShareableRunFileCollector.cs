using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>
/// Collects the files in a run's folder that may be sent to other hosts. Process state and files with likely secrets are not sent. Each run
/// has one instance, so that a file is searched for secrets only once.
/// </summary>
internal sealed class ShareableRunFileCollector
{
    private const long LargestFile = 8 * 1024 * 1024;
    private const string FilesFolder = "run/";
    internal const string RefsFile = "refs";
    private readonly StoredFileCache _known = new();
    private readonly Dictionary<string, (FileStamp Stamp, string? Secret)> _lookedAt = new(StringComparer.Ordinal);

    /// <summary>Names of files in an agent run's folder that identify its processes or duplicate its conversation.</summary>
    private static readonly string[] OfProcesses = ["pid", "supervisor", "lease", "stderr"];

    /// <summary>
    /// Starts a snapshot, and stores the current state of the files that may be sent to other hosts. Refs are read before the files, and
    /// worktrees after the files. The other host therefore has everything that a conversation or an agent outcome mentions.
    /// </summary>
    /// <param name="repository">Repository in which the snapshot is stored.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="refs">Commits by ref name.</param>
    /// <param name="isWanted">Returns true for each file to include. The argument is its path in the run's folder, with forward
    /// slashes.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task<OutgoingRunGitTreeBuilder> BeginAsync(
        GitRepository repository,
        RunFolder folder,
        IReadOnlyDictionary<string, string> refs,
        Func<string, bool> isWanted,
        CancellationToken stop
    )
    {
        var leftOut = new List<string>();
        var files = Of(folder, leftOut, isWanted)
            .ToDictionary(path => FilesFolder + path, path => Path.Combine(folder.Path, path), StringComparer.Ordinal);
        var contents = await new FolderAsGitTreeStore(repository).StoreAsync(folder.Path, files, _known, stop);
        return new OutgoingRunGitTreeBuilder(repository, folder, contents, refs, leftOut);
    }

    /// <summary>Extracts the files of a snapshot to the run's folder.</summary>
    /// <param name="repository">Repository in which the snapshot is stored.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">Ref name or hash of the snapshot's commit.</param>
    /// <param name="isWanted">Returns true for each file to extract. The argument is its path in the run's folder, with forward
    /// slashes.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The commits in the snapshot's list, by ref name.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ExtractAsync(
        GitRepository repository,
        RunFolder folder,
        string name,
        Func<string, bool> isWanted,
        CancellationToken stop
    )
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var (path, content) in new FolderAsGitTreeStore(repository).ReadAsync(name, stop))
        {
            if (path == RefsFile)
            {
                foreach (var line in Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    listed[line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]] = line.Split(' ')[0];
                }
            }
            else if (path.StartsWith(FilesFolder, StringComparison.Ordinal) && StaysInside(path) && isWanted(path[FilesFolder.Length..]))
            {
                var file = Path.Combine(folder.Path, path[FilesFolder.Length..]);
                OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(file)!);
                DurableFile.Write(file, content);
            }
        }
        return listed;
    }

    /// <summary>Lists the files that may be sent to other hosts, relative to the run's folder and with forward slashes.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="leftOut">Receives the files that must stay on this host, each with its reason.</param>
    /// <param name="isWanted">Returns true for each file to include. The argument is its path in the run's folder, with forward
    /// slashes.</param>
    private IEnumerable<string> Of(RunFolder folder, List<string> leftOut, Func<string, bool> isWanted)
    {
        var door = new WorktreeFileReaderAndWriter(folder.Path);
        foreach (var path in door.ListFiles())
        {
            var file = new FileInfo(Path.Combine(folder.Path, path));
            if (!isWanted(path) || IsOfProcesses(file) || file.Name.EndsWith(".tmp", StringComparison.Ordinal))
            {
                continue;
            }
            var name = folder.Relative(file.FullName);
            var stamp = FileStamp.Of(file.FullName);
            if (stamp.Length > LargestFile || file.FullName.Contains('\n', StringComparison.Ordinal))
            {
                leftOut.Add($"{FileNameEncoding.Show(name)} (too large)");
            }
            else if (FindSecret(door, path, file.FullName, stamp) is { } secret)
            {
                leftOut.Add($"{FileNameEncoding.Show(name)} ({secret})");
            }
            else
            {
                yield return path;
            }
        }
    }

    /// <summary>True if a received path stays inside its target folder.</summary>
    /// <param name="path">Path with forward slashes.</param>
    private static bool StaysInside(string path) => !path.Split('/').Any(part => part is ".." or "." or "");

    // The output of an agent is complete only after the agent has ended. Another host could not follow a running agent.
    private static bool IsOfProcesses(FileInfo file) =>
        int.TryParse(file.Directory!.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && (OfProcesses.Contains(file.Name) || (file.Name == "stdout" && !File.Exists(Path.Combine(file.DirectoryName!, "exit"))));

    private string? FindSecret(WorktreeFileReaderAndWriter door, string path, string file, FileStamp stamp)
    {
        if (_lookedAt.TryGetValue(file, out var known) && known.Stamp == stamp)
        {
            return known.Secret;
        }
        var lines = door.TryReadText(path, (int)LargestFile)?.Split('\n') ?? [];
        var secret = lines.SelectMany(SecretScanner.FindByForm).FirstOrDefault() is { } match ? match.Kind : null;
        if (stamp.IsSettled)
        {
            _lookedAt[file] = (stamp, secret);
        }
        return secret;
    }
}
