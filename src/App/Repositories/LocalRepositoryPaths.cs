using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Repositories;

/// <summary>Paths of a repository. They are found without running git, so that read-only commands start fast.</summary>
/// <param name="Root">Absolute path of the main work tree, or of the repository itself if it is bare.</param>
/// <param name="GitDirectory">Absolute path of the common git directory.</param>
/// <param name="IsBare">True if the repository has no work tree.</param>
public sealed record LocalRepositoryPaths(string Root, string GitDirectory, bool IsBare)
{
    /// <summary>
    /// Absolute path of the linked worktree that contains the folder passed to <c>Find</c>. Null in the main work tree, and in worktrees
    /// that a run created for its agents.
    /// </summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Absolute path of the work tree in which the user works. Its branch, changes and settings apply to the command.</summary>
    public string WorkTree => LinkedWorktree ?? Root;

    /// <summary>
    /// Absolute path of the <c>.orchestrator</c> folder, which contains the data of the embedded Temporal server and of all runs. All work
    /// trees share the folder.
    /// </summary>
    public string OrchestratorFolder => Path.Combine(Root, ".orchestrator");

    /// <summary>
    /// Key of the repository in the names of task queues, leases, schedules and service units. It has 12 hexadecimal digits.
    /// </summary>
    public string Key => GitRepository.KeyOf(GitDirectory);

    /// <summary>Absolute path of the folder that contains the project's own files for runs, such as role prompts.</summary>
    public string ProjectFolder => Path.Combine(WorkTree, ".orchestrator");

    /// <summary>Absolute path of the folder that contains the files of all runs.</summary>
    public string RunsFolder => Path.Combine(OrchestratorFolder, "runs");

    /// <summary>True if a path, after links are resolved, is the root of the repository or of a linked worktree.</summary>
    public bool IsAt(string path) =>
        path == Root
        || GitRepository.RealPath(path) == GitRepository.RealPath(Root)
        || (
            Path.Exists(Path.Combine(path, ".git"))
            && Find(path) is { } other
            && GitRepository.RealPath(other.GitDirectory) == GitRepository.RealPath(GitDirectory)
        );

    /// <summary>Finds the repository that contains a folder. Returns null if the folder is not in a repository.</summary>
    public static LocalRepositoryPaths? Find(string directory)
    {
        for (var folder = Path.GetFullPath(directory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var git = Path.Combine(folder, ".git");
            if (Directory.Exists(git) && IsGitDirectory(git))
            {
                return new LocalRepositoryPaths(folder, git, false);
            }
            if (File.Exists(git))
            {
                return OfLinkedWorktree(folder, git);
            }
            if (IsGitDirectory(folder) && !File.Exists(Path.Combine(folder, "commondir")))
            {
                return Path.GetFileName(folder) == ".git"
                    ? new LocalRepositoryPaths(Path.GetDirectoryName(folder)!, folder, false)
                    : new LocalRepositoryPaths(folder, folder, true);
            }
        }
        return null;
    }

    /// <summary>Returns the reason why runs are impossible in a folder, and the remedy, or null if runs are possible.</summary>
    /// <param name="found">The repository that contains the folder, or null if the folder is not in a repository.</param>
    /// <param name="directory">Absolute path of the folder.</param>
    public static (string Why, string Cure)? RefusalOf(LocalRepositoryPaths? found, string directory) =>
        found switch
        {
            null => (
                $"{directory} is not in a git repository.",
                $"Run '{GitRepository.BeginCommand}' there, or name another folder with --working-dir."
            ),
            { IsBare: true } => (
                $"{found.Root} is a bare repository, but agents need a working tree.",
                "Work in a clone of this repository."
            ),
            _ => null,
        };

    /// <summary>
    /// True if a file or link occupies the path of the <c>.orchestrator</c> folder. This check is fast enough for every command.
    /// <see cref="FindObstacleAsync"/> also checks whether git tracks the path.
    /// </summary>
    public bool HasReplacedFolder =>
        new[] { OrchestratorFolder, ProjectFolder }.Any(folder => new FileInfo(folder) is { LinkTarget: not null } or { Exists: true });

    /// <inheritdoc cref="OrchestratorFolderCreator.Ensure"/>
    public static string EnsureFolder(string path) => OrchestratorFolderCreator.Ensure(path);

    /// <summary>
    /// Finds an obstacle to runs in this checkout, such as a link in place of an orchestrate folder or a tracked orchestrate file.
    /// </summary>
    /// <param name="worktrees">The folder for worktrees in the settings, relative to the repository.</param>
    /// <param name="services">Opens the repository.</param>
    /// <param name="stop">Cancels git processes.</param>
    /// <returns>The problem and its remedy, or null if there is no obstacle.</returns>
    public async Task<(string Why, string Cure)?> FindObstacleAsync(string worktrees, RunServiceBundle services, CancellationToken stop) =>
        new WorktreeManager(await services.Repositories.OpenAsync(Root)).FindCheckout(LinkedWorktree) is { } checkout
            ? await new CommittedOrchestratorFiles(checkout).FindAsync(worktrees, null, stop)
            : null;

    /// <summary>Finds the root of the main or linked work tree that contains a folder. Returns null if there is none.</summary>
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

    // If ".git" is a file, it contains the path of the work tree's own git directory. The file "commondir" there contains the path of the
    // shared git directory.
    private static LocalRepositoryPaths? OfLinkedWorktree(string folder, string file)
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
            return IsGitDirectory(own) ? new LocalRepositoryPaths(folder, own, false) : null;
        }
        var common = Path.GetFullPath(File.ReadAllText(commonFile).Trim(), own);
        return Path.GetFileName(common) == ".git"
            ? new LocalRepositoryPaths(Path.GetDirectoryName(common)!, common, false)
            {
                LinkedWorktree = WorktreeManager.IsOurs(own) ? null : folder,
            }
            : new LocalRepositoryPaths(common, common, true);
    }

    private static bool IsGitDirectory(string folder) =>
        File.Exists(Path.Combine(folder, "HEAD"))
        && Directory.Exists(Path.Combine(folder, "objects"))
        && Directory.Exists(Path.Combine(folder, "refs"));
}
