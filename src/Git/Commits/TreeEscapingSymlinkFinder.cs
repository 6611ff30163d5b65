namespace Orchestrator.Git.Commits;

/// <summary>
/// Finds symbolic links in a tree that lead outside the tree or into <c>.git</c>. Links are resolved one path component at a time, through
/// other links in the tree, as a file system does. A missing component counts as a folder, because a folder may later be created there.
/// </summary>
public sealed class TreeEscapingSymlinkFinder(GitRepository repository)
{
    private const int LongestChain = 40;
    private readonly GitCommitReaderAndWriter _commits = new(repository);

    /// <summary>
    /// Returns the symbolic links in a tree that lead outside the tree or into <c>.git</c>, except links that already did so in an earlier
    /// tree.
    /// </summary>
    /// <param name="before">Earlier tree or commit. Links that already led outside in it are not reported.</param>
    /// <param name="changes">Differences between the two trees. Links are read only if a difference concerns a link.</param>
    public async Task<IReadOnlyList<string>> FindLeadingOutAsync(
        string before,
        string tree,
        IEnumerable<ChangedFile> changes,
        CancellationToken cancellationToken = default
    )
    {
        if (!changes.Any(change => change.NewMode == ChangedFile.SymbolicLink || change.OldMode == ChangedFile.SymbolicLink))
        {
            return [];
        }
        var links = await ReadAsync(tree, cancellationToken);
        var known = await ReadAsync(before, cancellationToken);
        return
        [
            .. links
                .Keys.Where(link => LeadsOut(link, links) && !(known.GetValueOrDefault(link) == links[link] && LeadsOut(link, known)))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>True if a link leads outside the tree or into <c>.git</c>, or if its chain of links is too long to follow.</summary>
    /// <param name="link">Path of the link.</param>
    /// <param name="targets">Link targets of the tree by link path.</param>
    internal static bool LeadsOut(string link, IReadOnlyDictionary<string, string> targets)
    {
        var place = link.Split('/').SkipLast(1).ToList();
        var rest = new Stack<string>();
        var followed = 0;
        if (!Follow(targets[link]))
        {
            return true;
        }
        while (rest.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }
            if (part == "..")
            {
                if (place.Count == 0)
                {
                    return true;
                }
                place.RemoveAt(place.Count - 1);
                continue;
            }

            // "git~1" is the short (8.3) name of .git on Windows file systems.
            if (part.Equals(".git", StringComparison.OrdinalIgnoreCase) || part.Equals("git~1", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
            place.Add(part);
            if (targets.TryGetValue(string.Join('/', place), out var target))
            {
                place.RemoveAt(place.Count - 1);
                if (++followed > LongestChain || !Follow(target))
                {
                    return true;
                }
            }
        }
        return false;

        bool Follow(string target)
        {
            if (target.Length == 0 || target[0] == '/')
            {
                return false;
            }
            foreach (var part in target.Split('/').Reverse())
            {
                rest.Push(part);
            }
            return true;
        }
    }

    /// <summary>
    /// Reads the targets of symbolic links. A target that can't be read is returned as an empty string, which is treated as a path outside
    /// the tree.
    /// </summary>
    private async Task<Dictionary<string, string>> ReadAsync(string tree, CancellationToken cancellationToken)
    {
        var links = (await _commits.ListFilesAsync(tree, cancellationToken)).Where(file => file.Mode == ChangedFile.SymbolicLink).ToArray();
        var targets = await new BlobReader(repository).ReadAsync([.. links.Select(link => link.Id).Distinct()], cancellationToken);
        return links.ToDictionary(
            link => link.Path,
            link => targets.TryGetValue(link.Id, out var target) ? FileNameEncoding.Decode(target) : string.Empty,
            StringComparer.Ordinal
        );
    }
}
