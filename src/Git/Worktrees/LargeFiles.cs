namespace Orchestrator.Git.Worktrees;

/// <summary>Large files of a repository (git LFS), whose content lies beside git's objects.</summary>
public static class LargeFiles
{
    /// <summary>Git is set up for them: in this repository, or, as by many installations, in all.</summary>
    public static bool AreSetUp(GitRepository repository) => repository.Configuration.Get("filter.lfs.clean") is { Length: > 0 };

    /// <summary>Git is set up for them, and the content of one is here.</summary>
    public static bool Exist(GitRepository repository) =>
        AreSetUp(repository)
        && Path.Combine(FolderOf(repository), "objects") is var objects
        && Directory.Exists(objects)
        && Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories).Any();

    /// <summary>Where their content lies.</summary>
    internal static string FolderOf(GitRepository repository) => Path.Combine(repository.CommonDirectory, "lfs");
}
