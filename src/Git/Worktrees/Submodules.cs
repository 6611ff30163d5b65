using System.Collections.Concurrent;

namespace Orchestrator.Git.Worktrees;

/// <summary>A submodule that a commit contains.</summary>
/// <param name="Path">Folder of the submodule, relative to the root.</param>
/// <param name="Name">Name in <c>.gitmodules</c>.</param>
/// <param name="Commit">Commit in the submodule's repository.</param>
public sealed record Submodule(string Path, string Name, string Commit);

/// <summary>Submodules of a repository, and their local repositories.</summary>
public sealed class Submodules(GitRepository repository)
{
    private const string FileName = ".gitmodules";
    private const string KeyPrefix = "submodule.";
    private const string KeySuffix = ".path";

    /// <summary>Returns the submodules of a commit that <c>.gitmodules</c> lists, in the order of the commit's tree.</summary>
    public async Task<IReadOnlyList<Submodule>> OfCommitAsync(string commit, CancellationToken cancellationToken = default)
    {
        var call = repository.Call("config", "-z", "--blob", $"{commit}:{FileName}", "--get-regexp", @"^submodule\..*\.path$");
        // Git fails if the file is missing or has no entries. The commit has no submodules in both cases.
        var listed = await repository.ReadAsync(call with { AnswerCodes = [0, 1, 128] }, cancellationToken);
        if (listed.ExitCode != 0)
        {
            return [];
        }
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, path) in listed.Fields().Select(GitConfiguration.Parse))
        {
            if (path is { Length: > 0 } && IsSafe(key[KeyPrefix.Length..^KeySuffix.Length]) && IsSafe(path))
            {
                names[path.TrimEnd('/')] = key[KeyPrefix.Length..^KeySuffix.Length];
            }
        }
        return names.Count == 0 ? [] : await WithCommitsAsync(commit, names, cancellationToken);
    }

    /// <summary>
    /// Returns the local repository of a submodule, or null if it does not exist or lacks the commit. The submodule's folder then stays
    /// empty in worktrees.
    /// </summary>
    public async Task<GitRepository?> FindRepositoryAsync(Submodule submodule, CancellationToken cancellationToken = default)
    {
        var opened = repository.Part<SubmoduleRepositoryCache>().Repositories;
        foreach (var folder in RepositoryFolders(submodule).Where(folder => File.Exists(Path.Combine(folder, "HEAD"))))
        {
            if (!opened.TryGetValue(folder, out var found))
            {
                opened[folder] = found = await GitRepository.OpenAsync(repository.Program, folder, cancellationToken);
            }
            if (await found.HasCommitAsync(submodule.Commit, cancellationToken))
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>
    /// Returns the folders that may contain a submodule's repository: one in the common directory and, for old versions of git, the
    /// submodule's own folder.
    /// </summary>
    private IEnumerable<string> RepositoryFolders(Submodule submodule)
    {
        var modules = Path.Combine(repository.CommonDirectory, "modules");
        foreach (var folder in (string[])[Path.Combine(modules, submodule.Name)])
        {
            if (GitRepository.RealPath(folder).StartsWith(GitRepository.RealPath(modules) + "/", StringComparison.Ordinal))
            {
                yield return folder;
            }
        }
        if (repository.MainCheckout is { } main && Path.Combine(main, submodule.Path, ".git") is var own && Directory.Exists(own))
        {
            yield return own;
        }
    }

    private async Task<IReadOnlyList<Submodule>> WithCommitsAsync(
        string commit,
        Dictionary<string, string> names,
        CancellationToken cancellationToken
    )
    {
        var tree = await repository.ReadAsync(
            repository.Call(["--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", .. names.Keys]),
            cancellationToken
        );
        // Format: MODE TYPE ID, a tab, the path (git-ls-tree(1)).
        return
        [
            .. tree.Fields()
                .Select(field => field.Split('\t', 2))
                .Where(field =>
                    field is [var facts, var path] && facts.StartsWith("160000 ", StringComparison.Ordinal) && names.ContainsKey(path)
                )
                .Select(field => new Submodule(field[1], names[field[1]], field[0].Split(' ')[2])),
        ];
    }

    /// <summary>True if a submodule's name or path stays inside its parent folder. Git itself also rejects all other names.</summary>
    private static bool IsSafe(string name) =>
        name.Length > 0 && name[0] is not ('/' or '-') && !name.Split('/', '\\').Any(part => part is ".." or "." or "" or ".git");

    private sealed class SubmoduleRepositoryCache
    {
        internal ConcurrentDictionary<string, GitRepository> Repositories { get; } = new(StringComparer.Ordinal);
    }
}
