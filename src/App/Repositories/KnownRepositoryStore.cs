using Orchestrator.Gates;

namespace Orchestrator.App.Repositories;

/// <summary>
/// Repositories in which the user has started runs on this machine. Each has a file in the user's state folder, named after the
/// repository's key, so that concurrent processes write identical files.
/// </summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
public sealed class KnownRepositoryStore(IReadOnlyDictionary<string, string> environment)
{
    private string Folder => Path.Combine(UserStateFolder.FolderOf(environment), "repositories");

    /// <summary>Records a repository. Repeating the call has no effect.</summary>
    public void Add(LocalRepositoryPaths repository)
    {
        var file = Path.Combine(Folder, repository.Key);
        if (DurableFile.TryRead(file) != repository.Root)
        {
            UserStateFolder.MakeFolder(environment);
            DurableFile.Write(file, repository.Root);
        }
    }

    /// <summary>Formats a command line for a repository so that it works in any folder.</summary>
    /// <param name="command">Command without the program's name.</param>
    /// <param name="root">Root of the repository that the command refers to.</param>
    public static string Anywhere(string command, string root) => $"orchestrate -C {ChildProcessOptions.Quote(root)} {command}";

    /// <summary>Returns the repositories that still exist at their paths, in path order.</summary>
    /// <param name="gone">Receives the path of each missing repository. It may have been moved or removed, or its disk may not be
    /// mounted.</param>
    public IReadOnlyList<LocalRepositoryPaths> List(Action<string>? gone = null)
    {
        var found = new List<LocalRepositoryPaths>();
        foreach (var file in Directory.Exists(Folder) ? Directory.GetFiles(Folder) : [])
        {
            if (DurableFile.TryRead(file) is not { Length: > 0 } path)
            {
                continue;
            }
            if (LocalRepositoryPaths.Find(path) is { IsBare: false } repository && repository.Root == path)
            {
                found.Add(repository);
            }
            else
            {
                gone?.Invoke(path);
            }
        }
        return [.. found.OrderBy(repository => repository.Root, StringComparer.Ordinal)];
    }
}
