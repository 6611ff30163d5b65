namespace Orchestrator.Runs;

/// <summary>Paths of a repository, found without running git so that read-only commands start fast.</summary>
/// <param name="Root">Absolute path of the main work tree, or of the repository itself if it is bare.</param>
/// <param name="GitDirectory">Absolute path of the common git directory.</param>
/// <param name="IsBare">True if the repository has no work tree.</param>
public sealed record RepositoryLocation(string Root, string GitDirectory, bool IsBare)
{
    /// <summary>Absolute path of the linked worktree that contains the folder; null in the main work tree and in worktrees that runs made
    /// for agents.</summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Absolute path of the user's work tree. Its branch, changes and settings apply.</summary>
    public string WorkTree => LinkedWorktree ?? Root;

    /// <summary>The <c>.orchestrator</c> folder with engine and runs, shared by all work trees.</summary>
    public string OrchestratorFolder => Path.Combine(Root, ".orchestrator");

    /// <summary>Key of the repository in task queues, leases, schedules and service units; 12 hex digits.</summary>
    public string Key => GitRepository.KeyOf(GitDirectory);

    /// <summary>Folder with the project's own texts for runs, such as roles.</summary>
    public string ProjectFolder => Path.Combine(WorkTree, ".orchestrator");

    /// <summary>Folder with the files of all runs.</summary>
    public string RunsFolder => Path.Combine(OrchestratorFolder, "runs");

    /// <summary>True if a path resolves to the repository's root or to the root of one of its linked worktrees.</summary>
    public bool IsAt(string path) =>
        path == Root
        || GitRepository.RealPath(path) == GitRepository.RealPath(Root)
        || (
            Path.Exists(Path.Combine(path, ".git"))
            && Find(path) is { } other
            && GitRepository.RealPath(other.GitDirectory) == GitRepository.RealPath(GitDirectory)
        );

    /// <summary>Finds the repository that contains a folder, or returns null if none does.</summary>
    public static RepositoryLocation? Find(string directory)
    {
        for (var folder = Path.GetFullPath(directory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var git = Path.Combine(folder, ".git");
            if (Directory.Exists(git) && IsGitDirectory(git))
            {
                return new RepositoryLocation(folder, git, false);
            }
            if (File.Exists(git))
            {
                return OfLinkedWorktree(folder, git);
            }
            if (IsGitDirectory(folder) && !File.Exists(Path.Combine(folder, "commondir")))
            {
                return Path.GetFileName(folder) == ".git"
                    ? new RepositoryLocation(Path.GetDirectoryName(folder)!, folder, false)
                    : new RepositoryLocation(folder, folder, true);
            }
        }
        return null;
    }

    /// <summary>Returns the reason that prevents runs in a folder with its remedy, or null if runs can work there.</summary>
    /// <param name="found">The repository that contains the folder, or null.</param>
    /// <param name="directory">The folder.</param>
    public static (string Why, string Cure)? RefusalOf(RepositoryLocation? found, string directory) =>
        found switch
        {
            null => (
                $"{directory} is not in a git repository.",
                $"Run '{GitRepository.BeginCommand}' there, or name another folder with --working-dir."
            ),
            { IsBare: true } => ($"{found.Root} is a bare repository: agents need a working tree.", "Work in a clone of it."),
            _ => null,
        };

    /// <summary>True if something other than a folder is at the path of <c>.orchestrator</c>. Cheap enough for every command;
    /// <see cref="FindObstacleAsync"/> adds an explanation if git tracks it.</summary>
    public bool HasReplacedFolder =>
        new[] { OrchestratorFolder, ProjectFolder }.Any(folder => new FileInfo(folder) is { LinkTarget: not null } or { Exists: true });

    /// <inheritdoc cref="OwnFolder.Ensure"/>
    public static string EnsureFolder(string path) => OwnFolder.Ensure(path);

    /// <summary>Finds an obstacle to runs in this checkout. Examples are a link in place of one of our folders, and a tracked file of
    /// ours.</summary>
    /// <param name="worktrees">Name of the worktree folder in the settings.</param>
    /// <param name="services">Opens the repository.</param>
    /// <param name="stop">Cancels git processes.</param>
    /// <returns>The problem and its remedy, or null if there is no obstacle.</returns>
    public async Task<(string Why, string Cure)?> FindObstacleAsync(string worktrees, RunServices services, CancellationToken stop) =>
        new WorktreeStore(await services.Repositories.OpenAsync(Root)).FindCheckout(LinkedWorktree) is { } checkout
            ? await new TrackedOwnFiles(checkout).FindAsync(worktrees, null, stop)
            : null;

    /// <summary>Rejects a checkout with an obstacle. The parameters are those of <see cref="FindObstacleAsync"/>.</summary>
    /// <exception cref="RefusedException">The checkout has an obstacle.</exception>
    public async Task RequireOwnFoldersAsync(string worktrees, RunServices services, CancellationToken stop)
    {
        if (await FindObstacleAsync(worktrees, services, stop) is var (why, cure))
        {
            throw new RefusedException(why, cure);
        }
    }

    /// <summary>Finds the root of the work tree that contains a folder, linked or not; null if there is none.</summary>
    public static string? FindWorkTree(string directory)
    {
        for (var folder = Path.GetFullPath(directory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(Path.Combine(folder, ".git")))
            {
                return folder;
            }
        }
        return null;
    }

    // If ".git" is a file, it names the work tree's own git directory, whose "commondir" names the shared one.
    private static RepositoryLocation? OfLinkedWorktree(string folder, string file)
    {
        const string Prefix = "gitdir:";
        var text = File.ReadAllText(file).Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var own = Path.GetFullPath(text[Prefix.Length..].Trim(), folder);
        var commonFile = Path.Combine(own, "commondir");
        if (!File.Exists(commonFile))
        {
            return IsGitDirectory(own) ? new RepositoryLocation(folder, own, false) : null;
        }
        var common = Path.GetFullPath(File.ReadAllText(commonFile).Trim(), own);
        return Path.GetFileName(common) == ".git"
            ? new RepositoryLocation(Path.GetDirectoryName(common)!, common, false)
            {
                LinkedWorktree = WorktreeStore.IsOurs(own) ? null : folder,
            }
            : new RepositoryLocation(common, common, true);
    }

    private static bool IsGitDirectory(string folder) =>
        File.Exists(Path.Combine(folder, "HEAD"))
        && Directory.Exists(Path.Combine(folder, "objects"))
        && Directory.Exists(Path.Combine(folder, "refs"));
}
