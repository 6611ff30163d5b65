using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>The files of a run that leave this machine: those of its folder without those of processes, and unfinished work of its
/// worktrees. A file with an apparent secret stays. One instance for each run: files that it has searched are not read again.</summary>
internal sealed class SharedRunFiles
{
    private const long LargestFile = 8 * 1024 * 1024;
    private const string FilesFolder = "run/";
    internal const string RefsFile = "refs";
    private readonly KnownFiles _known = new();
    private readonly Dictionary<string, (FileStamp Stamp, string? Secret)> _lookedAt = new(StringComparer.Ordinal);

    /// <summary>Files of an agent's start that say which processes run, or repeat its conversation.</summary>
    private static readonly string[] OfProcesses = ["pid", "supervisor", "lease", "stderr"];

    /// <summary>Begins what is shared: stores the files that may leave, as they are now. Refs are read before, and worktrees looked at
    /// after: what a conversation or the end of an agent says that was made must be there on another machine, too.</summary>
    /// <param name="repository">Where it is stored.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="refs">The commits, by names of refs.</param>
    /// <param name="isWanted">Whether a file is to leave, by its path in the run's folder with slashes.</param>
    /// <param name="stop">Ends git.</param>
    public async Task<OutgoingRun> BeginAsync(
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
        var contents = await new FolderTrees(repository).StoreAsync(folder.Path, files, _known, stop);
        return new OutgoingRun(repository, folder, contents, refs, leftOut);
    }

    /// <summary>Takes files of what was stored so into the run's folder.</summary>
    /// <param name="repository">Where it is stored.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">Ref or commit of the tree.</param>
    /// <param name="isWanted">Whether a file is taken, by its path in the run's folder with slashes.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>The listed commits, by names of refs.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> TakeAsync(
        GitRepository repository,
        RunFolder folder,
        string name,
        Func<string, bool> isWanted,
        CancellationToken stop
    )
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var (path, content) in new FolderTrees(repository).ReadAsync(name, stop))
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
                OwnFolder.Ensure(Path.GetDirectoryName(file)!);
                DurableFile.Write(file, content);
            }
        }
        return listed;
    }

    /// <summary>Paths of the files that may leave, relative to the run's folder, with slashes.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="leftOut">Takes those that may not, and why.</param>
    /// <param name="isWanted">Whether a file is to leave, by its path in the run's folder with slashes.</param>
    private IEnumerable<string> Of(RunFolder folder, List<string> leftOut, Func<string, bool> isWanted)
    {
        var door = new WorktreeFiles(folder.Path);
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
                leftOut.Add($"{FileNames.Show(name)} (too large)");
            }
            else if (FindSecret(door, path, file.FullName, stamp) is { } secret)
            {
                leftOut.Add($"{FileNames.Show(name)} ({secret})");
            }
            else
            {
                yield return path;
            }
        }
    }

    /// <summary>True if a path that came from elsewhere stays in the folder that it is meant for.</summary>
    /// <param name="path">With slashes.</param>
    private static bool StaysInside(string path) => !path.Split('/').Any(part => part is ".." or "." or "");

    // What an agent printed counts once it has ended; before, it is followed no further on another machine.
    private static bool IsOfProcesses(FileInfo file) =>
        int.TryParse(file.Directory!.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && (OfProcesses.Contains(file.Name) || (file.Name == "stdout" && !File.Exists(Path.Combine(file.DirectoryName!, "exit"))));

    private string? FindSecret(WorktreeFiles door, string path, string file, FileStamp stamp)
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
