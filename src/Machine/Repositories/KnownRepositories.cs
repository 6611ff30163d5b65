using Orchestrator.Gates;

namespace Orchestrator.Machine.Repositories;

/// <summary>The repositories in which the user has started runs on this machine: a file for each in the user's state folder, named after
/// the repository's key, so that two processes never write the same one differently.</summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
public sealed class KnownRepositories(IReadOnlyDictionary<string, string> environment)
{
    private string Folder => Path.Combine(UserState.FolderOf(environment), "repositories");

    /// <summary>Notes a repository. Repeating it changes nothing.</summary>
    public void Add(RepositoryLocation repository)
    {
        var file = Path.Combine(Folder, repository.Key);
        if (DurableFile.TryRead(file) != repository.Root)
        {
            UserState.MakeFolder(environment);
            DurableFile.Write(file, repository.Root);
        }
    }

    /// <summary>A command as it is typed anywhere.</summary>
    /// <param name="command">The command without the program's name.</param>
    /// <param name="root">Root of the repository that it is about.</param>
    public static string Anywhere(string command, string root) => $"orchestrate -C {ProcessCommand.Quote(root)} {command}";

    /// <summary>The repositories that are still at their places, by path.</summary>
    /// <param name="gone">Takes the path of each that is not: it was moved or removed, or its disk is not there.</param>
    public IReadOnlyList<RepositoryLocation> List(Action<string>? gone = null)
    {
        var found = new List<RepositoryLocation>();
        foreach (var file in Directory.Exists(Folder) ? Directory.GetFiles(Folder) : [])
        {
            if (DurableFile.TryRead(file) is not { Length: > 0 } path)
            {
                continue;
            }
            if (RepositoryLocation.Find(path) is { IsBare: false } repository && repository.Root == path)
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
