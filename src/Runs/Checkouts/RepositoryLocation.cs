namespace Orchestrator.Runs;

/// <summary>Paths of a repository, found without running git, so that reading commands start fast.</summary>
/// <param name="Root">Absolute path of the main work tree; of the repository itself where it is bare.</param>
/// <param name="GitDirectory">Absolute path of the common git directory.</param>
/// <param name="IsBare">There is no work tree.</param>
public sealed record RepositoryLocation(string Root, string GitDirectory, bool IsBare)
{
    /// <summary>Absolute path of the linked worktree that the folder lies in; null: it lies in the main work tree, or in a worktree that
    /// runs made for their agents.</summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Absolute path of the work tree that a person works in here: its branch, its changes and its settings are meant.</summary>
    public string WorkTree => LinkedWorktree ?? Root;

    /// <summary>Our folder in the repository, with engine and runs: one for all work trees.</summary>
    public string OrchestratorFolder => Path.Combine(Root, ".orchestrator");

    /// <summary>The repository's name in task queues, leases, schedules and units: 12 hex digits.</summary>
    public string Key => GitRepository.KeyOf(GitDirectory);

    /// <summary>Folder of the project's own texts for runs, such as roles.</summary>
    public string ProjectFolder => Path.Combine(WorkTree, ".orchestrator");

    /// <summary>Folder of the runs' files.</summary>
    public string RunsFolder => Path.Combine(OrchestratorFolder, "runs");

    /// <summary>True if a path is this repository's root, by whatever links, or the root of one of its linked worktrees.</summary>
    public bool IsAt(string path) =>
        path == Root
        || GitRepository.RealPath(path) == GitRepository.RealPath(Root)
        || (
            Path.Exists(Path.Combine(path, ".git"))
            && Find(path) is { } other
            && GitRepository.RealPath(other.GitDirectory) == GitRepository.RealPath(GitDirectory)
        );

    /// <summary>The repository that a folder belongs to, or null.</summary>
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

    /// <summary>Why no run can work in a folder, and what to do; null where one can.</summary>
    /// <param name="found">The repository that the folder belongs to, or null.</param>
    /// <param name="directory">The folder.</param>
    public static (string Why, string Cure)? RefusalOf(RepositoryLocation? found, string directory) =>
        found switch
        {
            null => (
                $"{directory} is in no git repository.",
                $"Run '{GitRepository.BeginCommand}' there, or name another folder with --working-dir."
            ),
            { IsBare: true } => ($"{found.Root} is a bare repository: agents need a work tree.", "Work in a clone of it."),
            _ => null,
        };

    /// <summary>True if something other than a folder has the name of our folder, which <see cref="FindObstacleAsync"/> explains where git
    /// tracks it. Cheap enough for every command.</summary>
    public bool HasReplacedFolder =>
        new[] { OrchestratorFolder, ProjectFolder }.Any(folder => new FileInfo(folder) is { LinkTarget: not null } or { Exists: true });

    /// <inheritdoc cref="OwnFolder.Ensure"/>
    public static string EnsureFolder(string path) => OwnFolder.Ensure(path);

    /// <summary>Finds what keeps runs from working in the checkout: links in place of our folders, and files of ours that git
    /// tracks.</summary>
    /// <param name="worktrees">The folder of worktrees as the settings name it.</param>
    /// <param name="services">Opens the repository.</param>
    /// <param name="stop">Ends git's processes.</param>
    /// <returns>The problem and its cure, or null.</returns>
    public async Task<(string Why, string Cure)?> FindObstacleAsync(string worktrees, RunServices services, CancellationToken stop) =>
        new WorktreeStore(await services.Repositories.OpenAsync(Root)).FindCheckout(LinkedWorktree) is { } checkout
            ? await new TrackedOwnFiles(checkout).FindAsync(worktrees, null, stop)
            : null;

    /// <summary>Refuses to work in a checkout with such an obstacle; the parameters are those of <see cref="FindObstacleAsync"/>.</summary>
    /// <exception cref="RefusedException">There is one.</exception>
    public async Task RequireOwnFoldersAsync(string worktrees, RunServices services, CancellationToken stop)
    {
        if (await FindObstacleAsync(worktrees, services, stop) is var (why, cure))
        {
            throw new RefusedException(why, cure);
        }
    }

    /// <summary>Root of the work tree that a folder lies in, which may be a linked one; null where there is none.</summary>
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

    // ".git" as a file names the work tree's own git directory; its "commondir" names the shared one.
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
